"use strict";
// Draws the figures of a page when they come into view, in the colours and the width of the page.
(() => {
  const options = { displayModeBar: false, responsive: false };
  const swap = window.touchpointsSwap;
  const recolour = (part) =>
    JSON.parse(JSON.stringify(part).replace(/#[0-9a-f]{6}/gi, (one) => swap[one.toUpperCase()] || one));
  const night = () => document.body.dataset.mdColorScheme === "slate";
  const draw = (place) => {
    const held = (place.figures ??= JSON.parse(place.querySelector("script").textContent));
    const scale = Math.min(1, place.clientWidth / held.wide.layout.width);
    const { data, layout } = scale >= 0.7 ? held.wide : held.narrow;
    const asked = `${night()}-${layout.width}`;
    if (place.dataset.drawn === asked) return;
    place.dataset.drawn = asked;
    let target = place.querySelector("div");
    if (!target) {
      target = document.createElement("div");
      place.append(target);
    }
    place.style.overflowX = "auto";
    target.style.zoom = scale >= 0.7 ? scale : 1;
    Plotly.react(target, night() ? recolour(data) : data, night() ? recolour(layout) : layout, options);
  };
  const places = [...document.querySelectorAll(".tp-figure")];
  const seen = new IntersectionObserver(
    (found) => found.filter((one) => one.isIntersecting).forEach((one) => draw(one.target)),
    { rootMargin: "600px" },
  );
  places.forEach((one) => {
    one.style.minHeight = "200px";
    seen.observe(one);
  });
  const again = () => places.filter((one) => one.dataset.drawn).forEach(draw);
  new MutationObserver(again).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  addEventListener("resize", again);
})();
