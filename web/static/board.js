// The live board: puts the box's news on the screen, keeps the clocks going, and says so when the news stops.
"use strict";
(() => {
  const SILENCE_MS = 25000; // the box says at least every 10 s that it lives
  const PATIENCE_MS = 3000; // a short break of the connection is not worth a fright
  const POLL_MS = 3000; // where the stream is full: ask instead
  const REOPEN_MS = 30000; // and try the stream again

  const main = document.getElementById("main");
  const said = document.getElementById("said");
  const lostCard = document.getElementById("page-lost");
  const shown = {};
  let ahead = Date.parse(main.dataset.now) - Date.now(); // the box's clock rules, not the tablet's
  let heardAt = Date.now();
  let lastNews = main.dataset.now;
  let source = null;
  let breakTimer = 0;
  let pollTimer = 0;

  const two = (n) => String(n).padStart(2, "0");
  const timeOfDay = (iso, seconds) => (iso.match(seconds ? /T(\d\d:\d\d:\d\d)/ : /T(\d\d:\d\d)/) || ["", "—"])[1];

  function tick() {
    const now = Date.now() + ahead;
    const drawn = new Date(now + offsetOf(lastNews));
    document.getElementById("clock").textContent = `${two(drawn.getUTCHours())}:${two(drawn.getUTCMinutes())}`;
    for (const clock of document.querySelectorAll("[data-since]")) {
      const s = Math.max(0, Math.floor((now - Date.parse(clock.dataset.since)) / 1000));
      const minutes = Math.floor(s / 60) % 60;
      const hours = Math.floor(s / 3600);
      clock.textContent = (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(s % 60)}`;
    }
    if (Date.now() - heardAt > SILENCE_MS) lose();
  }

  // The shop's offset from UTC in milliseconds, as the box writes it.
  function offsetOf(iso) {
    const found = iso.match(/([+-])(\d\d):(\d\d)$/);
    return found ? (found[1] === "-" ? -1 : 1) * (found[2] * 60 + Number(found[3])) * 60000 : 0;
  }

  function heard(news) {
    heardAt = Date.now();
    lastNews = news.now;
    ahead = Date.parse(news.now) - heardAt;
    clearTimeout(breakTimer);
    breakTimer = 0;
    if (!lostCard.hidden) {
      lostCard.hidden = true;
      document.body.classList.remove("lost-page");
    }
  }

  function show(news) {
    heard(news);
    for (const [id, html] of Object.entries(news.parts)) {
      if (shown[id] === html) continue; // nothing moves unless something happened
      const part = document.getElementById(id);
      const focus = part.contains(document.activeElement) ? document.activeElement.value : "";
      shown[id] = html;
      part.innerHTML = html; // written and escaped by the box
      if (focus) part.querySelector(`button[value="${CSS.escape(focus)}"]`)?.focus();
    }
    const call = main.querySelector("[data-call]")?.dataset.call ?? "";
    if (said.dataset.call !== undefined && said.dataset.call !== call) said.hidden = true;
    tick();
  }

  function lose() {
    if (!lostCard.hidden) return;
    document.getElementById("page-last").textContent = timeOfDay(lastNews, true);
    lostCard.hidden = false;
    document.body.classList.add("lost-page");
  }

  function open() {
    clearInterval(pollTimer);
    source?.close();
    source = new EventSource(main.dataset.stream);
    source.addEventListener("board", (event) => show(JSON.parse(event.data)));
    source.addEventListener("heartbeat", (event) => heard(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (!breakTimer) breakTimer = setTimeout(lose, PATIENCE_MS);
      if (source.readyState === EventSource.CLOSED) askInstead();
    });
  }

  function askInstead() {
    clearInterval(pollTimer);
    const begun = Date.now();
    const ask = () => {
      if (Date.now() - begun > REOPEN_MS) return open();
      fetch(main.dataset.poll, { cache: "no-store" })
        .then((answer) => (answer.ok ? answer.json().then(show) : undefined))
        .catch(() => undefined); // the silence is told by the clock
      return undefined;
    };
    pollTimer = setInterval(ask, POLL_MS);
    ask();
  }

  function say(words, heardIt) {
    said.textContent = `${timeOfDay(new Date(Date.now() + ahead + offsetOf(lastNews)).toISOString(), false)} ${words}`;
    said.classList.toggle("failed", !heardIt);
    said.dataset.call = main.querySelector("[data-call]")?.dataset.call ?? "";
    said.hidden = false;
  }

  main.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    const body = new URLSearchParams({ button: button.value });
    button.setAttribute("aria-busy", "true");
    fetch(event.target.action, { method: "POST", body, headers: { Accept: "application/json" } })
      .then((answer) => answer.json())
      .then((answer) => say(answer.words, answer.heard))
      .catch(() => say(said.dataset.failed, false))
      .finally(() => button.removeAttribute("aria-busy"));
  });

  setInterval(tick, 500);
  tick();
  open();
})();
