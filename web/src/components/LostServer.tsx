import { Alert } from "antd";
import { useEffect, useState } from "react";
import { useWords } from "../i18n";
import { useFormat } from "../state/format";
import { useConnection } from "../state/live";
import { useSession } from "../state/session";

/** Shorter interruptions nobody needs to hear of: the socket is back before they are read. */
const PATIENCE_MS = 3_000;

/** The one place that says so: the server is lost, and for how long. */
export function LostServer() {
  const t = useWords();
  const format = useFormat();
  const signedIn = useSession() !== null;
  const { connected, since } = useConnection();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (connected) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [connected]);
  const silent = now - since;
  if (connected || !signedIn || silent < PATIENCE_MS) return null;
  return (
    <Alert
      banner
      type="warning"
      title={t("app.lost", { seconds: format.duration(Math.round(silent / 1_000)) })}
    />
  );
}
