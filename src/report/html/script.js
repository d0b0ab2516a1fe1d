const findings = [...document.querySelectorAll(".finding")];
const search = document.getElementById("search");
const flow = document.getElementById("flow");
const grades = [...document.querySelectorAll("input[data-grade]")];
const texts = new Map();
function textOf(finding) {
  if (!texts.has(finding)) texts.set(finding, (finding.id + " " + finding.textContent).toLowerCase());
  return texts.get(finding);
}
function show() {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hidden = new Set(grades.filter((box) => !box.checked).map((box) => box.dataset.grade));
  let any = false;
  for (const finding of findings) {
    const fits = !hidden.has(finding.dataset.grade)
      && (!flow.value || finding.dataset.flows.split(" ").includes(flow.value))
      && wanted.every((word) => textOf(finding).includes(word));
    finding.hidden = !fits;
    any ||= fits;
  }
  for (const clause of document.querySelectorAll(".clause")) {
    clause.hidden = !clause.querySelector(".finding:not([hidden])");
  }
  document.getElementById("nothing").hidden = any;
}
if (search) {
  let later;
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", () => { clearTimeout(later); later = setTimeout(show, 150); });
  flow.addEventListener("change", show);
  grades.forEach((box) => box.addEventListener("change", show));
  const toggle = document.getElementById("open");
  toggle.addEventListener("click", () => {
    const open = toggle.textContent === "open all";
    findings.filter((finding) => !finding.hidden).forEach((finding) => { finding.open = open; });
    toggle.textContent = open ? "close all" : "open all";
  });
}
// A link to a finding opens it; on paper all that are shown are open.
function follow() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", follow);
follow();
if (findings.length === 1) findings[0].open = true;
addEventListener("beforeprint", () => findings.forEach((finding) => { finding.open = true; }));
for (const button of document.querySelectorAll(".copy button")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.closest("figure").querySelector("pre").textContent);
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
}
