/** Events of a task in words. */

import type { components } from "../api/schema";
import { isWord, useWords } from "../i18n";
import { useFormat } from "./format";

type Happened = components["schemas"]["EventInfo"];
const BATCH = "task.batch_imported.v1";

/** Batches that follow each other become one event, with the first number and the sum of their rows. */
export function folded(events: readonly Happened[]): Happened[] {
  const found: Happened[] = [];
  for (const event of events) {
    const before = found.at(-1);
    if (before?.type === BATCH && event.type === BATCH && before.data.attempt === event.data.attempt) {
      const rows = Number(before.data.rows) + Number(event.data.rows);
      const first = Math.min(Number(before.data.first ?? before.data.batch_no), Number(event.data.batch_no));
      const batch_no = Math.max(Number(before.data.batch_no), Number(event.data.batch_no));
      found[found.length - 1] = { ...event, data: { ...event.data, rows, first, batch_no } };
    } else found.push(event);
  }
  return found;
}

/** What happened, and who did it, in the reader's words. */
export function useTold() {
  const t = useWords();
  const format = useFormat();
  return {
    what({ type, data }: Happened): string {
      const name = type.replace(/^task\./, "").replace(/\.v\d+$/, "");
      const word = data.first === undefined ? `event.${name}` : "event.batches_imported";
      // What a newer server says, and this page does not know yet.
      if (!isWord(word)) return type;
      const given = Object.entries(data).filter(([, value]) => ["string", "number"].includes(typeof value));
      const args = Object.fromEntries(given) as Record<string, string | number>;
      return t(word, typeof data.at === "string" ? { ...args, at: format.moment(data.at) } : args);
    },
    who({ actor, actor_name: name }: Happened): string {
      if (name) return name;
      const [, system] = actor.split("system:");
      return system ? t("event.by_system", { name: system }) : actor;
    },
  };
}
