// Keeps the list of requests fresh. Everything else on the page works without it.
"use strict";

for (const list of document.querySelectorAll("[data-live]")) {
  let newest = list.dataset.newest;

  async function look() {
    // Neither while nobody looks, nor while somebody reads what was sent.
    if (document.hidden || list.querySelector("details[open]")) return;
    const query = new URLSearchParams({ newest, shown: list.dataset.shown });
    const response = await fetch(`${list.dataset.live}?${query}`);
    if (response.status !== 200) return;
    newest = response.headers.get("x-newest");
    list.innerHTML = await response.text();
  }

  setInterval(() => look().catch(() => {}), 2000);
}
