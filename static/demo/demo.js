// Puts the article named in this page's own address (`?article=ID`) into the elements of the demo.

const article = new URLSearchParams(location.search).get("article");

for (const element of document.querySelectorAll("[data-demo]")) {
  if (element instanceof HTMLIFrameElement) {
    const query = element.dataset.demo;
    if (article) element.src = `/embed/${encodeURIComponent(article)}${query}`;
    element.hidden = !article;
  } else if (article) {
    element.setAttribute("article", article);
    element.hidden = false;
  }
}
document.querySelector("[data-ask]").hidden = Boolean(article);
