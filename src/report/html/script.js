const search = document.getElementById("search");
const grades = [...document.querySelectorAll("input[data-grade]")];
function show() {
  const wanted = search.value.toLowerCase();
  const allowed = new Set(grades.filter((box) => box.checked).map((box) => box.dataset.grade));
  for (const finding of document.querySelectorAll(".finding")) {
    finding.hidden = !allowed.has(finding.dataset.grade) || !finding.textContent.toLowerCase().includes(wanted);
  }
  for (const clause of document.querySelectorAll(".clause")) {
    clause.hidden = !clause.querySelector(".finding:not([hidden])");
  }
}
search.addEventListener("input", show);
grades.forEach((box) => box.addEventListener("change", show));
for (const button of document.querySelectorAll(".copy button")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(button.closest("figure").querySelector("pre").textContent));
}
