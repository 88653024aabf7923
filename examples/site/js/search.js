/* A search in the news; its index holds every word as escapes, as generators write JSON. */
(function () {
  "use strict";

  var form = document.getElementById("search");
  var field = form.querySelector("input");
  var list = form.querySelector("ul");
  var root = new URL("../", document.currentScript.src);

  fetch(new URL("data/search.json", root)).then(function (answer) { return answer.json(); }).then(function (index) {
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    field.addEventListener("input", function () {
      var asked = field.value.trim();
      var found = asked === "" ? [] : index.pages.filter(function (page) {
        return page.title.includes(asked) || page.words.some(function (word) { return word.includes(asked); });
      });
      list.replaceChildren.apply(list, found.map(function (page) {
        var link = document.createElement("a");
        link.href = new URL(page.url, root);
        link.textContent = page.title;
        var item = document.createElement("li");
        item.append(link);
        return item;
      }));
    });
  });
}());
