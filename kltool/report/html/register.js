for (const films of document.querySelectorAll(".register")) {
  const top = films.querySelector(".top"), edge = films.querySelector(".edge");
  const share = films.querySelector("input"), mode = films.querySelector("select");
  const blink = films.querySelector("button"), status = films.querySelector("output");
  let timer = 0;
  const show = () => {
    const wiped = mode.value === "wipe";
    top.style.clipPath = wiped ? `inset(0 ${100 - share.value}% 0 0)` : "none";
    top.style.opacity = wiped ? 1 : share.value / 100;
    edge.style.left = `${share.value}%`;
    edge.hidden = !wiped || timer > 0;
    status.value = wiped ? "after is left of the line" : `${share.value}% after`;
  };
  const flip = () => {
    const after = top.style.opacity === "0";
    top.style.opacity = after ? 1 : 0;
    status.value = after ? "after" : "before";
  };
  blink.onclick = () => {
    clearInterval(timer);
    timer = timer ? 0 : setInterval(flip, 600);
    blink.textContent = timer ? "Stop" : "Blink";
    show();
    if (timer) { top.style.clipPath = "none"; top.style.opacity = 0; flip(); }
  };
  share.oninput = mode.onchange = () => { if (!timer) show(); };
  films.classList.add("live");
  show();
}
