"use strict";
// Sorting and saving of tables. Without it every table reads the same, in the order of the forms.
const FORMULA_STARTS = {{ formula_starts | tojson }};

// What a cell is sorted and saved by: its number in full, else its text. "–" stands for no number.
function content(cell) {
  const number = cell.querySelector("data");
  const text = number ? number.value : cell.textContent.trim().replace(/\s+/g, " ");
  return text === "–" ? "" : text;
}

// Numbers by size, texts by the alphabet; what has no number stands last, up or down.
function sortRows(table, column, down) {
  const rows = [...table.tBodies[0].rows];
  const isNumber = rows.some((row) => row.cells[column].querySelector("data"));
  const value = (row) => (isNumber ? Number(row.cells[column].querySelector("data")?.value ?? NaN) : content(row.cells[column]));
  rows.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (!isNumber) return (down ? -1 : 1) * a.localeCompare(b, "en", { numeric: true });
    return Number.isNaN(a) - Number.isNaN(b) || (down ? b - a : a - b) || 0;
  });
  table.tBodies[0].append(...rows);
}

// A text that a spreadsheet would take for a formula gets an apostrophe before it.
function csvField(text) {
  const safe = FORMULA_STARTS.includes(text.charAt(0)) && text !== "" ? "'" + text : text;
  return '"' + safe.replaceAll('"', '""') + '"';
}

function csv(table) {
  const columns = [...table.tHead.rows[0].cells].map((cell, at) => at).filter((at) => table.tHead.rows[0].cells[at].textContent !== "Chart");
  const rows = [...table.tHead.rows, ...table.tBodies[0].rows, ...(table.tFoot?.rows ?? [])];
  const label = (cell) => cell.dataset.label ?? content(cell);
  return "\ufeff" + rows.map((row) => columns.map((at) => csvField(label(row.cells[at]))).join(",")).join("\r\n") + "\r\n";
}

function save(table) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
  link.download = table.dataset.name + ".csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function button(text, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

for (const table of document.querySelectorAll("table[data-name]")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (head.textContent === "Chart") return;
    head.dataset.label = content(head);
    head.setAttribute("aria-sort", "none");
    head.append(button("", "Sort by " + head.dataset.label, () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      sortRows(table, column, down);
      heads.forEach((other) => other.hasAttribute("aria-sort") && other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
    }));
  });
  const saver = button("Save as CSV", "Save as CSV: " + table.caption.textContent, () => save(table));
  saver.className = "save";
  table.parentElement.after(saver);
}
