/* The slider over revisions. Without this script the number beside it and its button do the same. */
"use strict";
(() => {
  const form = document.querySelector("[data-asof]");
  if (!form) return;
  const slider = form.querySelector("#asof-slider");
  const number = form.querySelector("#asof-number");
  const stops = form.dataset.stops ? form.dataset.stops.split(" ") : null;
  const parts = ["asof-view", "asof-steps", "asof-banner", "asof-notice"];
  let waiting = 0;
  let asked = null;

  form.querySelector(".slide").hidden = false;

  const isNow = () => slider.value === slider.max;
  const revision = () => (stops ? stops[Number(slider.value)] : slider.value);

  const address = () => {
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form));
    if (isNow()) url.searchParams.delete("at");
    else url.searchParams.set("at", revision());
    return url;
  };

  const show = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    const url = address();
    try {
      const answer = await fetch(url, { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of parts) {
        const [old, now] = [document.getElementById(id), page.getElementById(id)];
        if (!old || !now) continue;
        // The children alone: an element that stays is one whose changes are read aloud.
        old.className = now.className;
        old.replaceChildren(...document.importNode(now, true).childNodes);
      }
      document.title = page.title;
      history.replaceState(null, "", url);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  };

  slider.addEventListener("input", () => {
    number.value = isNow() ? number.max : revision();
    slider.setAttribute("aria-valuetext", isNow() ? "now" : `after revision ${revision()}`);
    clearTimeout(waiting);
    waiting = setTimeout(show, 120);
  });
})();
