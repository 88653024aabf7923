/* Small comforts. Every page reads well without this file. */
(function () {
  "use strict";

  var months = ["មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"];
  var days = ["អាទិត្យ", "ច័ន្ទ", "អង្គារ", "ពុធ", "ព្រហស្បតិ៍", "សុក្រ", "សៅរ៍"];
  var labels = {
    more: "បង្ហាញបន្ថែម",
    // "show less"
    less: "\u1794\u1784\u17D2\u179A\u17BD\u1798\u179C\u17B7\u1789",
    // "characters left"
    left: "\u178F\u17BD\u17A2\u1780\u17D2\u179F\u179A\u1793\u17C5\u179F\u179B\u17CB"
  };

  function khmerDigits(number) {
    return String(number).replace(/[0-9]/g, function (digit) {
      return String.fromCharCode(0x17e0 + Number(digit));
    });
  }

  document.querySelectorAll("[data-toggle]").forEach(function (button) {
    var list = document.getElementById(button.dataset.toggle);
    var extra = list.querySelectorAll("[data-more]");
    function show(open) {
      extra.forEach(function (item) { item.hidden = !open; });
      button.textContent = open ? labels.less : labels.more;
      button.setAttribute("aria-expanded", String(open));
    }
    button.hidden = false;
    button.addEventListener("click", function () { show(button.getAttribute("aria-expanded") === "false"); });
    show(false);
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  document.querySelectorAll(".today[data-khmer-dynamic]").forEach(function (place) {
    var now = new Date();
    place.textContent = "ថ្ងៃ" + days[now.getDay()] + " ទី " + khmerDigits(now.getDate()) +
      " ខែ" + months[now.getMonth()] + " ឆ្នាំ " + khmerDigits(now.getFullYear());
  });

  document.querySelectorAll("textarea[data-count]").forEach(function (area) {
    var place = document.getElementById(area.dataset.count);
    function count() {
      place.textContent = khmerDigits(area.maxLength - area.value.length) + " " + labels.left;
    }
    area.addEventListener("input", count);
    count();
  });
}());
