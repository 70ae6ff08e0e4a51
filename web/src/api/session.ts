/** Who is signed in, in all tabs of this browser. Listeners hear of every change. */

export interface Session {
  readonly token: string;
  /** Milliseconds since 1970; behind it the server refuses the token. */
  readonly expires: number;
}

const KEY = "tidemark.session";
type Listener = () => void;
const listeners = new Set<Listener>();
let known: Session | null = read();

function read(): Session | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return isSession(found) && found.expires > Date.now() ? found : null;
  } catch {
    return null;
  }
}

function isSession(value: unknown): value is Session {
  return typeof value === "object" && value !== null && "token" in value && "expires" in value;
}

function tell(session: Session | null): void {
  known = session;
  for (const listener of listeners) listener();
}

export const session = {
  current: (): Session | null => known,

  begin(token: string, seconds: number): void {
    const begun = { token, expires: Date.now() + seconds * 1000 };
    localStorage.setItem(KEY, JSON.stringify(begun));
    tell(begun);
  },

  /** Signed out, or refused by the server. */
  end(): void {
    localStorage.removeItem(KEY);
    tell(null);
  },

  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

window.addEventListener("storage", (event) => {
  if (event.key === KEY) tell(read());
});
