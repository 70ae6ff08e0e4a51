import { Typography } from "antd";
import { useRouteError } from "react-router";
import { useWords } from "../i18n";
import { Problem } from "./Problem";

/** The last resort: something on the page broke. */
export function Broken() {
  const t = useWords();
  const error = useRouteError();
  return (
    <main style={{ padding: 16, maxWidth: 800, margin: "0 auto" }}>
      <Typography.Title level={3}>{t("app.broken")}</Typography.Title>
      <Problem error={error} onRetry={() => location.reload()} />
    </main>
  );
}
