// What unfold and select2 draw without a name, a role or a place in the order of the keyboard gets them here, before
// Alpine reads the page and again for whatever is added later. The words come from templates/admin/base.html.
"use strict";

(() => {
  const CLICK = "x-on:click";
  const NAMES = [
    ['#nav-sidebar [x-on\\:click^="sidebar"]', "close"],
    ['[x-on\\:click^="showActions"], [x-on\\:click^="openActionsId"]', "more"],
    ['[x-on\\:click^="openRelatedWidgetWrapper"], nav[id^="related-widget-wrapper"]', "more"],
    ['[x-on\\:click="openModal = false"]', "close"],
    ["#nav-sidebar-inner, #nav-sidebar-apps", "menu"],
    ["#nav-sidebar-inner nav", "account"],
    ["#tabs-items", "parts"],
    ["#searchbar, #searchbar-submit, .select2-dropdown .select2-search__field", "search"],
    ["#changelist-filter, #changelist-filter [data-simplebar]", "filters"],
    ["#changelist-form [data-simplebar], .formset-wrapper[data-simplebar]", "table"],
  ];
  const PRESSED = `:is(a:not([href]), a[href="#"], span, div)[${CSS.escape(CLICK)}]:not(#changelist-filter-close)`;

  /** All elements in `root` that match, `root` among them. */
  function within(root, selector) {
    const found = [...root.querySelectorAll(selector)];
    return root.matches?.(selector) ? [root, ...found] : found;
  }

  let named = 0;
  function idOf(element) {
    element.id ||= `staff-name-${++named}`;
    return element.id;
  }

  /** Name `element` by the words of `labels`, if all of them are there. */
  function nameBy(element, ...labels) {
    if (labels.every(Boolean)) element.setAttribute("aria-labelledby", labels.map(idOf).join(" "));
  }

  /** What stands for a field's name: its label, or in a table of rows the head of its column. */
  function labelOf(field) {
    if (field?.labels?.length) return field.labels[0];
    const cell = field?.closest(".formset-wrapper td");
    const column = [...(cell?.classList ?? [])].find((word) => word.startsWith("field-") && word !== "field-tabular");
    return column && cell.closest("table").querySelector(`th.${CSS.escape(column.replace("field-", "column-"))}`);
  }

  function name(root, words) {
    for (const [selector, word] of NAMES) {
      for (const element of within(root, selector)) {
        // Simplebar makes a named region of what scrolls; its own name is English.
        if (element.hasAttribute("data-simplebar")) element.dataset.simplebarAriaLabel = words[word];
        else element.setAttribute("aria-label", words[word]);
      }
    }
    for (const nav of within(root, 'nav:has(> [x-on\\:click^="activeFieldsetTab"])')) nav.setAttribute("aria-label", words.languages);
  }

  /** Things to press are buttons for everybody, and say what they opened or which of them is chosen. */
  function press(root) {
    for (const element of within(root, PRESSED)) {
      element.setAttribute("role", "button");
      element.tabIndex = 0;
    }
    for (const element of within(root, `[${CSS.escape(CLICK)}]`)) {
      const does = element.getAttribute(CLICK);
      const opened = /^(\w+) = (?:!\1\b|true$)/.exec(does);
      const chosen = /^(activeTab|activeFieldsetTab) = ('[^']*')$/.exec(does);
      if (opened) element.setAttribute("x-bind:aria-expanded", `${opened[1]} ? 'true' : 'false'`);
      if (chosen) element.setAttribute("x-bind:aria-current", `${chosen[1]} == ${chosen[2]} ? 'true' : null`);
    }
    for (const link of within(root, "#nav-sidebar a.active")) link.setAttribute("aria-current", "page");
  }

  /** On phones each cell of a list says its column's name, as the head of the table writes it. */
  function label(root) {
    for (const cell of within(root, "td[data-label], th[data-label]")) {
      const text = cell.dataset.label;
      cell.dataset.label = text.charAt(0).toUpperCase() + text.slice(1);
    }
  }

  /** Icons are letters of a font: to be seen, not to be read out. */
  function silence(root) {
    for (const icon of within(root, `.material-symbols-outlined:not([${CSS.escape(CLICK)}])`)) icon.setAttribute("aria-hidden", "true");
  }

  /** select2 points its boxes at their value alone; people need the field's label as well. */
  function dressSelects(root) {
    for (const box of within(root, ".select2-selection")) {
      const select = box.closest(".select2-container")?.previousElementSibling;
      const label = labelOf(select);
      const value = box.querySelector(".select2-selection__rendered");
      const typed = box.querySelector(".select2-search__field");
      if (value?.getAttribute("role") === "textbox") {
        value.removeAttribute("role");
        value.removeAttribute("aria-readonly");
        nameBy(box, label, value);
      } else nameBy(box, label);
      if (typed) nameBy(typed, label);
    }
    for (const list of within(root, ".select2-results__options[id]")) {
      const select = document.getElementById(/^select2-(.+)-results$/.exec(list.id)?.[1]);
      nameBy(list, labelOf(select));
    }
    for (const open of within(root, "body > .select2-container")) {
      open.setAttribute("role", "region"); // it lies outside of every part of the page
      nameBy(open, labelOf(document.querySelector("#content .select2-container--open")?.previousElementSibling));
    }
  }

  /** Fields in a table of rows are named by their column. */
  function nameRows(root, words) {
    for (const field of within(root, ".formset-wrapper td :is(input:not([type=hidden]), select, textarea)")) {
      if (!field.labels?.length && !field.hasAttribute("aria-label")) nameBy(field, labelOf(field));
    }
    for (const head of within(root, ".formset-wrapper thead th")) {
      if (head.textContent.trim()) continue;
      head.innerHTML = '<span class="staff-unseen"></span>';
      head.firstChild.textContent = words.remove;
    }
    // In a tab the heading above the rows is hidden: theirs comes next after the page's own.
    for (const heading of within(root, ".formset-wrapper h3")) heading.setAttribute("aria-level", "2");
  }

  document.addEventListener("alpine:init", () => {
    const words = document.getElementById("page")?.dataset;
    if (!words) return;
    const dress = (root) => {
      name(root, words);
      press(root);
      label(root);
      silence(root);
      dressSelects(root);
      nameRows(root, words);
    };
    // Every chosen entry has its own cross; one for all would be no entry of the list it stands in.
    for (const select of document.querySelectorAll("select[multiple]")) select.dataset.allowClear = "false";
    // Tabs without room go on in a second line; without its drawer unfold does not hide them.
    document.getElementById("tabs-dropdown")?.parentElement.remove();
    dress(document.body);
    new MutationObserver((changes) => {
      for (const { target, addedNodes, attributeName } of changes) {
        for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) dress(node);
        // An open select2 owns its list; that it also controls it, ARIA wants to be told.
        if (attributeName) target.setAttribute("aria-controls", target.getAttribute(attributeName) ?? "");
      }
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-owns"] });
  });

  /** An address that names a field (#id_kana) opens the tab it stands in, and goes there. */
  function goToField() {
    const field = location.hash.startsWith("#id_") && document.getElementById(location.hash.slice(1));
    if (!field) return;
    const shown = field.closest(".tab-wrapper")?.getAttribute("x-show")?.replace("==", "=");
    for (const tab of document.querySelectorAll(PRESSED)) if (shown && tab.getAttribute(CLICK) === shown) tab.click();
    setTimeout(() => {
      field.scrollIntoView({ block: "center" });
      (field.matches("input, select, textarea") ? field : field.querySelector("input"))?.focus({ preventScroll: true });
    }, 50);
  }
  document.addEventListener("alpine:initialized", goToField);
  window.addEventListener("hashchange", goToField);

  document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(PRESSED)) {
      event.preventDefault();
      event.target.click();
    }
  });

  // The sheet of filters lies over the page: whoever opens it goes there, and comes back when it closes.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.('[x-on\\:click="filterOpen = true"]');
    if (!opener) return;
    const sheet = document.getElementById("changelist-filter");
    setTimeout(() => sheet?.querySelector("a[href], input, select, button")?.focus(), 50);
    const close = (pressed) => {
      if (pressed.key !== "Escape") return;
      document.removeEventListener("keydown", close);
      opener.focus();
    };
    document.addEventListener("keydown", close);
  });
})();
