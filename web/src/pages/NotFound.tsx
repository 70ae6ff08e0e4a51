import { Result } from "antd";
import { Link } from "react-router";
import { useWords } from "../i18n";

export function NotFound() {
  const t = useWords();
  return <Result status="404" title={t("app.not_found")} extra={<Link to="/tasks">{t("app.home")}</Link>} />;
}
