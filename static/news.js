// "Tin mới": plays all that the page lists, or keeps an article for later.

import { enqueue, setQueue } from "./player/queue.js";
import { fill } from "./words.js";
import t from "./texts.json#panel";

const player = document.querySelector("bao-noi[playlist]");
const said = document.querySelector("[data-said]");
const items = [...document.querySelectorAll("[data-item]")].map((node) => JSON.parse(node.dataset.item));
/** A full address each: the queue may be played on another page of this site. */
const whole = (item) => ({ ...item, ...Object.fromEntries(["src", "page", "cues"].map((name) => [name, new URL(item[name], location.href).href])) });

const all = document.querySelector("[data-play-all]");
if (player && all && items.length > 0) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const [first, ...rest] = items.map(whole);
    setQueue(rest);
    player.playItem(first);
  });
}
document.querySelectorAll("[data-enqueue]").forEach((button, at) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const item = whole(items[at]);
    const isNew = enqueue([item]) > 0;
    said.textContent = isNew ? fill(t.queue_one_added, { title: item.heading }) : t.queue_nothing_new;
  });
});
