/*
 * Measures each sample in the font of this page and compares it with what HarfBuzz makes of it: how wide it is, and where
 * the browser tells that of a canvas, how far its ink reaches. Nothing is drawn on the canvas, nothing is read from it, and
 * nothing is asked of any server: the policy of the page forbids it.
 *
 * A width is wrong where it is so in a line of text and on a canvas. WebKit makes room in a line for the pieces between the
 * places where it might break, as 40 thousandths too much for U+179F U+17D2 U+178F U+17D2 U+179A U+17B6, and draws them as
 * one all the same.
 *
 * ES5, for old phones. Sizes are in thousandths of the em, which at this font size are CSS pixels.
 */
(function (document, window) {
  'use strict';
  var SIZE = 1000;
  var PATIENCE = 5000; // ms for a font that is in the page itself
  var FAMILY = 'KhmertextDevice';
  var ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  var SIDES = ['left', 'top', 'right', 'bottom'];
  var data = JSON.parse(find('data').textContent);
  var samples = [];

  function find(id) {
    return document.getElementById(id);
  }

  function make(tag, text, name) {
    var element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  }

  function codePoints(text) {
    return text.split('').map(function (letter) { // all of them are in the basic plane
      return ('000' + letter.charCodeAt(0).toString(16).toUpperCase()).slice(-4);
    }).join(' ');
  }

  // -- measuring --

  function measureWidths() {
    var room = make('div', undefined, 'room'), spans;
    room.lang = 'km';
    room.setAttribute('aria-hidden', 'true');
    spans = samples.map(function (sample) {
      var line = make('div'), span = make('span', sample.text);
      line.appendChild(span);
      room.appendChild(line);
      return span;
    });
    document.body.appendChild(room);
    spans.forEach(function (span, index) {
      samples[index].width = span.getBoundingClientRect().width;
    });
    document.body.removeChild(room);
  }

  function measureInk() {
    var canvas = make('canvas'), context = canvas.getContext && canvas.getContext('2d');
    canvas.lang = 'km';
    samples.forEach(function (sample) {
      var box;
      sample.ink = null;
      if (!context) return;
      context.font = SIZE + 'px ' + FAMILY;
      box = context.measureText(sample.text);
      sample.canvas = box.width;
      if (typeof box.actualBoundingBoxAscent === 'number') {
        sample.ink = [
          -box.actualBoundingBoxLeft, box.actualBoundingBoxAscent, box.actualBoundingBoxRight, -box.actualBoundingBoxDescent
        ];
      }
    });
  }

  function isFar(here, there, tolerance) {
    return !(Math.abs(here - there) <= tolerance); // so that no number at all is far, too
  }

  function compare() {
    var first = samples[0], scale = 1, alone, inky, result = {};
    measureWidths();
    measureInk();
    // A visitor may have set all text larger; the canvas does not know of that.
    if (first.width > 0 && first.expected[0] > 0) scale = first.width / first.expected[0];
    if (scale > 0.95 && scale < 1.05) scale = 1;
    samples.forEach(function (sample) {
      sample.width = sample.width / scale;
      sample.wide = sample.tried && isFar(sample.width, sample.expected[0], data.tolerance) &&
        (sample.canvas === undefined || isFar(sample.canvas, sample.expected[0], data.tolerance));
      sample.sides = sample.tried && sample.ink && sample.expected.length > 1 ? SIDES.filter(function (_, side) {
        return isFar(sample.ink[side], sample.expected[side + 1], data.ink_tolerance);
      }) : [];
    });
    // Letters alone need no shaping: where they are not as they should be, this is not the font of the page.
    alone = samples.filter(function (sample) { return sample.group === 0 && sample.tried; });
    result.scale = scale;
    result.fontUsed = alone.filter(function (sample) { return sample.wide; }).length * 10 < alone.length;
    // And where their ink is not where it should be, the browser tells of something else than we mean.
    inky = alone.filter(function (sample) { return sample.ink && !sample.sides.length; });
    result.inkMeasured = inky.length * 10 > alone.length * 9;
    samples.forEach(function (sample) {
      if (!result.inkMeasured) {
        sample.sides = [];
        sample.ink = null;
      }
      sample.differs = sample.wide || sample.sides.length > 0;
    });
    return result;
  }

  // -- the code --

  function splitNumber(value, width) {
    var digits = [];
    while (width--) digits.push(Math.floor(value / Math.pow(32, width)) % 32);
    return digits;
  }

  function writeCode(result, whole) {
    var flags = (result.fontUsed ? 0 : 1) + (whole ? 2 : 0) + (result.inkMeasured ? 0 : 4);
    var mask = 0, hash = 0, digits, text, index, bit, digit;
    samples.forEach(function (sample, index) {
      if (!sample.differs) return;
      mask |= 1 << sample.group;
      hash = (hash * 1021 + index + 1) % 1048573;
    });
    digits = [data.version, flags].concat(
      splitNumber(data.font, 3), splitNumber(result.count, 2), splitNumber(mask, 3), splitNumber(hash, 4)
    );
    for (index = 0; whole && index < samples.length; index += 5) {
      for (bit = digit = 0; bit < 5; bit++) {
        if (samples[index + bit] && samples[index + bit].differs) digit += 1 << bit;
      }
      digits.push(digit);
    }
    digits = digits.concat(splitNumber(digits.reduce(function (sum, digit, place) {
      return sum + (place + 1) * digit;
    }, 0) % 1021, 2));
    text = digits.map(function (digit) { return ALPHABET.charAt(digit); }).join('');
    return text.replace(/(.{4})(?=.)/g, '$1-');
  }

  // -- showing --

  function addRow(body, cells) {
    var row = make('tr');
    cells.forEach(function (cell) {
      var element = make('td', undefined, cell[2]);
      element.setAttribute('data-label', cell[0]);
      element.appendChild(make('span', cell[1]));
      if (cell[2] === 'sample') element.lang = 'km';
      row.appendChild(element);
    });
    body.appendChild(row);
  }

  function showDifferences() {
    samples.forEach(function (sample) {
      if (!sample.differs) return;
      addRow(find(data.groups[sample.group].counts ? 'rows' : 'free-rows'), [
        ['Sample', sample.text, 'sample'],
        ['Code points', codePoints(sample.text), 'points'],
        ['What it tries', data.groups[sample.group].name, ''],
        ['Width here', String(Math.round(sample.width)), 'number'],
        ['Width by HarfBuzz', String(sample.expected[0]), 'number'],
        ['Ink here, by HarfBuzz', sample.sides.map(function (side) {
          var at = SIDES.indexOf(side);
          return side + ' ' + Math.round(sample.ink[at]) + ', ' + sample.expected[at + 1];
        }).join('; ') || (sample.ink && sample.expected.length > 1 ? 'as it should be' : 'not compared'), '']
      ]);
    });
  }

  function showAll() {
    data.groups.forEach(function (group, number) {
      var list = make('ul');
      samples.forEach(function (sample) {
        var item;
        if (sample.group !== number) return;
        item = make('li', undefined, sample.differs ? 'bad' : '');
        item.appendChild(make('span', sample.text)).lang = 'km';
        item.title = codePoints(sample.text);
        if (sample.differs) item.appendChild(make('b', '≠'));
        if (!sample.tried) item.appendChild(make('b', '–'));
        list.appendChild(item);
      });
      find('all').appendChild(make('h3', group.name + (group.counts ? '' : ' (for information)')));
      find('all').appendChild(list);
    });
  }

  function showFacts(result) {
    var navigator = window.navigator, screen = window.screen, body = find('facts');
    [
      ['Browser', navigator.userAgent],
      ['System', navigator.platform || ''],
      ['Languages', (navigator.languages || [navigator.language]).join(', ')],
      ['Screen', screen.width + ' × ' + screen.height + ', at ' + (window.devicePixelRatio || 1) + ' device pixels'],
      ['Text size', Math.round(result.scale * 100) + ' % of what the page asks for'],
      ['Ink', result.inkMeasured ? 'compared' : 'not compared: this browser does not tell where it draws']
    ].forEach(function (fact) {
      var row = make('tr'), name = make('th', fact[0]);
      name.scope = 'row';
      row.appendChild(name);
      row.appendChild(make('td', fact[1]));
      body.appendChild(row);
    });
  }

  function copy(event) {
    var target = find(event.currentTarget.getAttribute('data-copies')), range = document.createRange(), chosen, done = false;
    range.selectNodeContents(target);
    chosen = window.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
    try {
      done = document.execCommand('copy');
    } catch (refused) {}
    event.currentTarget.textContent = done ? 'Copied' : 'Selected';
  }

  function show(result) {
    var counted = samples.filter(function (sample) { return sample.tried && data.groups[sample.group].counts; });
    var free = samples.filter(function (sample) { return sample.differs && !data.groups[sample.group].counts; });
    var state, said, buttons, index;
    result.count = counted.filter(function (sample) { return sample.differs; }).length;
    if (!result.fontUsed) {
      state = 'no-font';
      said = 'The font in this page was not used, so that nothing can be said. Web fonts may be turned off here.';
    } else if (result.count) {
      state = 'differs';
      said = result.count + ' of ' + counted.length + ' samples are not drawn as HarfBuzz draws them.';
    } else {
      state = 'ok';
      said = 'All ' + counted.length + ' samples are as HarfBuzz draws them.';
    }
    find('said').textContent = said;
    find('code').textContent = writeCode(result, false);
    find('full').textContent = writeCode(result, true);
    find('full-part').hidden = !(result.count || free.length) || !result.fontUsed;
    showDifferences();
    find('differences').hidden = !result.count || !result.fontUsed;
    find('free').hidden = !free.length || !result.fontUsed;
    showAll();
    showFacts(result);
    buttons = document.querySelectorAll('[data-copies]');
    for (index = 0; index < buttons.length; index++) buttons[index].addEventListener('click', copy);
    find('result').hidden = false;
    document.documentElement.setAttribute('data-state', state);
  }

  function start() {
    if (start.done) return;
    start.done = true;
    show(compare());
  }

  data.groups.forEach(function (group, number) {
    group.samples.forEach(function (sample) {
      samples.push({text: sample[0], group: number, tried: sample.length > 1, expected: sample.slice(1)});
    });
  });
  if (document.fonts && document.fonts.load) {
    document.fonts.load(SIZE + 'px ' + FAMILY, '\u1780').then(start, start);
    window.setTimeout(start, PATIENCE);
  } else {
    // Nothing tells when the font is there: that takes a moment in browsers as old as that.
    find('said').appendChild(make('span', undefined, 'ask')).textContent = '\u1780';
    window.setTimeout(start, PATIENCE / 2);
  }
})(document, window);
