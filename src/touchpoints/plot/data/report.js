"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);
const swap = JSON.parse(document.getElementById("swap").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 899px)");
const options = { displayModeBar: false, responsive: false, showTips: false };
const drawn = new Map();
const recolour = (part) =>
  JSON.parse(JSON.stringify(part).replace(/#[0-9a-f]{6}/gi, (one) => swap[one.toUpperCase()] || one));
function draw(id, printing) {
  const asked = dark.matches && !printing ? "dark" : "light";
  if (drawn.get(id) === asked) return;
  const { data, layout } = figures[id];
  const night = asked === "dark";
  Plotly.react(id, night ? recolour(data) : data, night ? recolour(layout) : layout, options);
  drawn.set(id, asked);
}
const wanted = (printing) =>
  Object.keys(figures).filter((id) => id.endsWith(narrow.matches && !printing ? "-narrow" : "-wide"));
const soon = window.requestIdleCallback || ((run) => setTimeout(run, 1));
function drawAll(printing) {
  const ids = wanted(printing);
  if (printing) { ids.forEach((id) => draw(id, true)); return; }
  const near = (id) => document.getElementById(id).getBoundingClientRect().top < 2 * innerHeight;
  ids.filter(near).forEach((id) => draw(id, false));
  const rest = ids.filter((id) => !near(id));
  const next = () => {
    const id = rest.shift();
    if (!id) { document.documentElement.dataset.drawn = "all"; return; }
    draw(id, false);
    soon(next);
  };
  soon(next);
}
dark.addEventListener("change", () => drawAll(false));
narrow.addEventListener("change", () => drawAll(false));
addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  drawAll(true);
});
addEventListener("afterprint", () => drawAll(false));
drawAll(false);
