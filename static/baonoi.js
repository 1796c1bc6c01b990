// The one line a newspaper adds: <script src="https://host/baonoi.js" async></script>
// Loads the module of each of our elements that the page holds, from the host this script came from.
(() => {
  "use strict";

  const home = new URL("static/", document.currentScript.src);
  const shared = ["words.js", "texts.js", "api.js", "element.js", "memory.js"];
  const modules = { "bao-noi": "player.js", "bao-noi-comments": "comments.js" };

  const preload = (file) => {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = new URL(file, home).href;
    document.head.append(link);
  };

  const load = () => {
    for (const [name, file] of Object.entries(modules)) {
      if (!document.querySelector(name)) continue;
      delete modules[name];
      shared.splice(0).forEach(preload);
      import(new URL(file, home).href).catch((error) => console.warn("baonoi:", error));
    }
  };

  // The elements may stand below this script, or be put in by a script of the page later.
  const observer = new MutationObserver(() => {
    load();
    if (Object.keys(modules).length === 0) observer.disconnect();
  });
  observer.observe(document.documentElement, { childList: true, subtree: true });
  load();
})();
