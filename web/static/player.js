// One call: says so in words when the sound cannot be played; a mark in the story plays from there; where the talk ends
// the player stops by itself, and plays on when it is asked to.
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
  const end = Number(sound.dataset.talkEnd);
  if (!(end > 0)) return;
  let before = 0;
  const moved = () => {
    before = sound.currentTime;
  };
  sound.addEventListener("seeked", moved);
  sound.addEventListener("timeupdate", () => {
    const crossed = before < end && sound.currentTime >= end && !sound.paused && !sound.seeking;
    moved();
    if (!crossed) return;
    sound.pause();
    sound.currentTime = end;
  });
})();
