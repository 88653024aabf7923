/*
 * The guard: text that a script brings, and that the site's small font was not cut for, is drawn with all of Khmer.
 *
 *   <script defer src="guard.HASH.js" data-khmertext data-family='"Site Khmer"'></script>
 *
 * The site's clusters stand at the end of this file as a list (clusterlist.py says how it is written). Whatever is in
 * the page, or comes into it later, is cut into clusters by the same grammar. Where one is not in the list, the element
 * whose text it is gets the family "NAME Full" in front of "NAME" in the stack that it has, inline and important. That
 * is before it is painted, since observers run before that. Elements whose stack does not name our family are never
 * touched, and one that was moved is not moved back.
 *
 * A cluster may be spread over inline elements; then it is looked at joined, and the elements are moved together. Each
 * piece is looked at by itself as well, since that is what is shaped where their fonts differ.
 *
 * Work is done in slices, so that a large insertion does not hold up the page; styles are read first and written last.
 *
 * Nothing here needs style attributes in markup, eval, HTML strings or connections: the style is set by the CSSOM, which
 * content security policies leave alone. Syntax of ES5; Set and MutationObserver, in browsers since about 2015. What is
 * inside shadow roots and frames is not seen, nor a value that a script gives to a field before the visitor types.
 */
(function (document, list) {
  var SLICE = 8; // ms
  var FAR = 9; // how many more pieces of a cluster are looked for each way
  var NEAR = 40; // characters in which a cluster at the end of a text is found
  var TEXTS = 4, TEXTS_AND_ELEMENTS = 5; // NodeFilter
  var CLUSTER = /@CLUSTER@/g;
  var RUN = /@RUN@/; // a character that our font may be used for
  var script = document.currentScript;
  var known = new Set();
  var queue = new Set(); // trees to look at
  var moving = new Set(); // elements
  var around = document.createTreeWalker(document, TEXTS);
  var family = nameFamily(''), full = nameFamily(' Full');
  var word = '', paused, node, walker; // the node to look at next, in the tree that is in work

  // A family as this browser writes it in a computed stack, which may be with quotation marks or without.
  function nameFamily(end) {
    var style = document.createElement('p').style;
    style.fontFamily = script.getAttribute('data-family').slice(0, -1) + end + '"';
    return ', ' + style.fontFamily + ',';
  }

  function split(text) {
    return text.match(CLUSTER) || [];
  }

  function isKnown(text) {
    return split(text).every(function (cluster) {
      return known.has(cluster);
    });
  }

  function lookAt(text) {
    var parts = [text], joined = text.data;
    [0, 1].forEach(function (back) {
      var here = text, more = FAR, other, pair;
      around.currentNode = text;
      while (more-- && (other = back ? around.previousNode() : around.nextNode())) {
        if (other.data) {
          pair = [here.data, other.data];
          if (back) pair.reverse();
          pair = [pair[0].slice(-NEAR), pair[1].slice(0, NEAR)];
          // They share a cluster if there are fewer when they are joined.
          if (!RUN.test(pair[0].slice(-1)) || !RUN.test(pair[1][0]) ||
            split(pair.join('')).length === split(pair[0]).length + split(pair[1]).length) break;
          joined = back ? other.data + joined : joined + other.data;
          parts.push(here = other);
        }
      }
    });
    if (!isKnown(joined) || !isKnown(text.data)) {
      parts.forEach(function (part) {
        moving.add(part.parentNode);
      });
    }
  }

  function isField(node) {
    return /^(input|textarea)$/.test(node.localName);
  }

  function moveAll() {
    var stacks = [];
    moving.forEach(function (element) {
      stacks.push([element, ', ' + getComputedStyle(element).fontFamily + ',']);
    });
    moving.clear();
    stacks.forEach(function (pair) {
      var stack = pair[1].split(family);
      if (stack[1] != null && pair[1].indexOf(full) < 0) {
        pair[0].style.setProperty('font-family', stack.join(full.slice(0, -1) + family).slice(2, -1), 'important');
      }
    });
  }

  function work() {
    var end = Date.now() + SLICE;
    // A page may have taken away what was in work: then its tree is looked at anew.
    if (node && !walker.root.contains(node)) {
      queue.add(walker.root);
      node = null;
    }
    do {
      if (!node) {
        node = queue.values().next().value;
        if (!node) break;
        queue.delete(node);
        walker = document.createTreeWalker(node, TEXTS_AND_ELEMENTS);
      }
      if (node.data) {
        if (RUN.test(node.data) && node.parentNode) lookAt(node);
      } else if (isField(node) && !isKnown(node.value + ' ' + node.placeholder)) moving.add(node);
      node = walker.nextNode();
    } while (Date.now() < end);
    moveAll();
    if ((node || queue.size) && !paused) {
      paused = setTimeout(function () {
        paused = 0;
        work();
      }, 0);
    }
  }

  list.replace(/(\d)(\D+)/g, function (entry, shared, rest) {
    word = word.slice(0, shared) + rest.replace(/[ -~]/g, function (letter) {
      return String.fromCharCode(6016 + ((letter.charCodeAt() + 37) % 95 + 49) % 85);
    });
    known.add(word);
  });

  new MutationObserver(function (records) {
    records.forEach(function (record) {
      if (record.type !== 'childList') queue.add(record.target);
      // What stood apart may stand together now.
      else if (record.nextSibling) queue.add(record.nextSibling);
      record.addedNodes.forEach(queue.add, queue);
    });
    work();
  }).observe(document, {
    childList: true,
    characterData: true,
    subtree: true,
    attributeFilter: ['value', 'placeholder']
  });

  // What is typed elsewhere changes nodes, which is observed.
  document.addEventListener('input', function (event) {
    if (isField(event.target)) {
      queue.add(event.target);
      work();
    }
  }, true);

  queue.add(document);
  work();
})(document, "@KNOWN@");
