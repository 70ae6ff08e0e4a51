import { vi } from "vitest";

export interface Uploaded {
  path: string;
  fields: Record<string, string>;
}

/** Stands for XMLHttpRequest: half of each file is on the wire, then comes what `answer` says. */
export function uploading(answer: (sent: Uploaded) => [status: number, body: unknown]): Uploaded[] {
  const sent: Uploaded[] = [];
  class Request {
    upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
    status = 0;
    responseText = "";
    onload?: () => void;
    private path = "";
    open(_: string, path: string) {
      this.path = path.replace("/api/v1", "");
    }
    setRequestHeader() {}
    abort() {}
    send(form: FormData) {
      const said = [...form.entries()].map(([name, value]) => [
        name,
        typeof value === "string" ? value : value.name,
      ]);
      const one = { path: this.path, fields: Object.fromEntries(said) };
      sent.push(one);
      this.upload.onprogress?.({ loaded: 1, total: 2 });
      const [status, body] = answer(one);
      this.status = status;
      this.responseText = JSON.stringify(body);
      queueMicrotask(() => this.onload?.());
    }
  }
  vi.stubGlobal("XMLHttpRequest", Request);
  return sent;
}
