// The one line a newspaper adds: <script src="https://host/baonoi.js" async></script>
// It brings <bao-noi> with everything that it needs; the comment box comes when a page has one.

import { address } from "./api.js";
import { element } from "./element.js";
import { BaoNoi } from "./player/player.js";

// A page may hold the line twice.
if (!customElements.get("bao-noi")) {
  customElements.define("bao-noi", BaoNoi);

  /** Elements may stand below this script, or be put in by a script of the page later. */
  const observer = new MutationObserver(() => loadComments());
  const loadComments = () => {
    if (!document.querySelector("bao-noi-comments")) return;
    observer.disconnect();
    // A page of ours brings it itself.
    if (!document.querySelector('script[src*="/static/comments.js"]')) {
      document.head.append(element("script", { src: address("static/comments.js"), async: true }));
    }
  };
  observer.observe(document.documentElement, { childList: true, subtree: true });
  loadComments();
}
