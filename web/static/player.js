// One call: says so in words when the sound cannot be played; a mark in the story plays from there.
"use strict";
(() => {
  const sound = document.getElementById("sound");
  if (!sound) return;
  sound.addEventListener("error", () => {
    document.getElementById("player-failed").hidden = false;
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-seek]");
    if (!mark) return;
    const begin = () => {
      sound.currentTime = Number(mark.dataset.seek);
      sound.play();
    };
    if (sound.readyState > 0) return begin();
    sound.addEventListener("loadedmetadata", begin, { once: true });
    sound.load();
    sound.play();
  });
})();
