import { Result } from "antd";
import { useRouteError } from "react-router";
import { useWords } from "../i18n";
import { Problem } from "./Problem";

/** The last resort: something on the page broke. */
export function Broken() {
  const t = useWords();
  const error = useRouteError();
  return (
    <Result status="error" title={t("app.broken")}>
      <Problem error={error} onRetry={() => location.reload()} />
    </Result>
  );
}
