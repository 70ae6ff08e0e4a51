/** After an upgrade of the server the parts that this page still wants are gone: it has to be loaded anew. */

const KEY = "tidemark.upgraded";

/** The script that a document begins with; its name has a hash of the whole page. */
const entry = (page: string): string | undefined => /src="([^"]+\.js)"/.exec(page)?.[1];

/** Load anew where the server has another page, and once for each: whatever else is wrong has to be seen. */
async function reload(): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const found = answer.ok ? entry(await answer.text()) : undefined;
  if (!found || document.querySelector(`script[src="${found}"]`)) return;
  if (sessionStorage.getItem(KEY) === found) return;
  sessionStorage.setItem(KEY, found);
  location.reload();
}

/** Vite says so when a part of the page could not be loaded. While the server is away nothing is done. */
export function watchUpgrades(): void {
  window.addEventListener("vite:preloadError", () => void reload().catch(() => undefined));
}
