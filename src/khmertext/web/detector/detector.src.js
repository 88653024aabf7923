/*
 * The visitor check: can this browser show Khmer on this page?
 *
 *   <script defer src="detector.HASH.js" data-khmertext data-sentence="sentence.svg" data-alt="…"
 *           data-font="font.ttf" data-install="install.html"
 *           data-infr="sentence|link to the font|link to the page|name of the button"></script>
 *
 * Three widths in the page's own Khmer fonts tell: KA, KA with its own subscript below, KA with a vowel above. In a font
 * that shapes Khmer all three are as wide as one letter. Without shaping the subscript stands beside the letter, and
 * the vowel, a mark, still takes no room ("unshaped"). Boxes in place of letters are as wide as there are characters
 * ("tofu"); WebKitGTK leaves out what it has no font for, and nothing is not narrower than nothing. No canvas:
 * browsers that guard against fingerprinting put noise into it.
 *
 * The outcome ("ok", "unshaped", "tofu") goes into <html data-khmertext-status> and into the event khmertext:status on
 * document (event.detail). On trouble a notice is shown, until it is dismissed or the font comes after all: it is in
 * Khmer, drawn, and in the first of the visitor's languages that the page has words for, else in English.
 *
 * The stylesheet beside this script holds the font stack (.khmertext-probe) and the looks of the notice. Nothing here
 * needs inline styles, eval or HTML strings, so strict content security policies and trusted types have no objection.
 * ES5, for browsers since about 2017; older ones stop at the first line they do not know and show nothing. Those that
 * have no ResizeObserver (before 2018 to 2020) keep a notice whose font came later until the page is loaded again.
 */
(function (document, root) {
  var DISMISSED = 'khmertext';
  var PATIENCE = 8000; // ms for a font that hangs; one that comes later withdraws the notice
  var ENGLISH = 'Your browser cannot display Khmer on this page properly. Please install a Khmer Unicode font.' +
    '|Download a Khmer font|How to install it|Close this notice';
  var script = document.querySelector('script[data-khmertext]');
  var fonts = document.fonts;
  var probe = make('span', {'class': 'khmertext-probe', lang: 'km'});
  var stack, status, notice, observer;

  function make(tag, attributes, children) {
    var element = document.createElement(tag), name;
    for (name in attributes) element.setAttribute(name, attributes[name]);
    element.append.apply(element, children || []);
    return element;
  }

  function measure() {
    var style = probe.style, widths, limit;
    style.cssText = '';
    root.append(probe);
    stack = '64px ' + getComputedStyle(probe).fontFamily;
    // Important and inline: no rule of the page reaches past this, whatever it spaces, hides or shrinks.
    style.cssText = 'all:initial;position:fixed;top:0;white-space:nowrap;visibility:hidden;'
      .replace(/;/g, '!important;') + 'font:' + stack + '!important';
    // The last one stays, to be watched: no font that shapes and none that does not give it the same width.
    widths = ['x', '\u1780', '\u1780\u17b7', '\u1780\u17d2\u1780'].map(function (text) {
      probe.textContent = text;
      return probe.offsetWidth; // as laid out: transforms do not count
    });
    limit = 1.5 * widths[1];
    // Not even Latin has a width: the document is not laid out (a hidden frame), so nothing can be said.
    return widths[0] && (widths[3] < limit ? 'ok' : widths[2] < limit ? 'unshaped' : 'tofu');
  }

  function remove() {
    if (notice) notice.remove();
  }

  function dismiss() {
    remove();
    try {
      localStorage[DISMISSED] = status;
    } catch (storageIsOff) {}
  }

  function show() {
    var settings = script.dataset, install = settings.install, font = settings.font, language, words, picture, close;
    try {
      if (localStorage[DISMISSED]) return;
    } catch (storageIsOff) {}
    remove();
    navigator.languages.concat('en').some(function (tag) {
      language = tag.split('-')[0];
      words = language === 'en' ? ENGLISH : settings['in' + language];
      return words;
    });
    words = words.split('|');
    picture = settings.sentence ? make('img', {src: settings.sentence, alt: settings.alt, lang: 'km'}) : '';
    close = make('button', {'aria-label': words[3]}, ['\u00d7']);
    close.onclick = dismiss;
    notice = make('div', {'class': 'khmertext-notice', role: 'alert', lang: language}, [
      // The one thing that everybody can read here leads on, too.
      install && picture ? make('a', {href: install}, [picture]) : picture,
      make('p', 0, [
        words[0] + ' ',
        font ? make('a', {href: font, download: ''}, [words[1]]) : '', ' ',
        install ? make('a', {href: install}, [words[2]]) : ''
      ]),
      close
    ]);
    // Only where the notice has the focus: elsewhere the key belongs to the page.
    notice.onkeydown = function (event) {
      if (event.key === 'Escape') dismiss();
    };
    // First in the body, so that the keyboard finds it at once; fixed in place by the stylesheet, so nothing moves.
    document.body.prepend(notice);
  }

  function report() {
    var outcome = measure();
    if (outcome === 'ok') {
      remove();
      if (observer) observer.disconnect(); // before what it watches goes: it would complain of that to the page
      probe.remove();
    }
    if (!outcome || outcome === status) return;
    status = outcome;
    root.dataset.khmertextStatus = status;
    document.dispatchEvent(new CustomEvent('khmertext:status', {detail: status}));
    if (status !== 'ok') show();
  }

  // Good news at once; bad news only when the page and its stylesheets are complete, for they may still bring the font.
  function settle() {
    if (document.readyState === 'complete' || measure() === 'ok') report();
  }

  function ask() {
    measure(); // for the stack, which a late stylesheet may have changed
    // Asking loads the font also on a page that has not used it yet. A face that fails is as settled as one that came.
    if (fonts) fonts.load(stack, '\u1780').then(settle, settle);
    else settle();
  }

  if (!script) return;
  ask();
  addEventListener('load', ask);
  setTimeout(report, PATIENCE);
  // A font that comes later, however: the event loadingdone does not tell of one that a script loaded before adding it.
  if (window.ResizeObserver) {
    observer = new ResizeObserver(function () {
      if (status && status !== 'ok') report();
    });
    observer.observe(probe);
  }
})(document, document.documentElement);
