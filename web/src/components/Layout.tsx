import { LogoutOutlined, MoonOutlined, SunOutlined, SyncOutlined } from "@ant-design/icons";
import { Layout as AntLayout, App, Button, Flex, Spin, Typography, theme } from "antd";
import { Suspense, useState } from "react";
import { Link, Outlet, useNavigate } from "react-router";
import { session } from "../api/session";
import { language, switchLanguage, useWords } from "../i18n";
import { useMay, useMe } from "../state/session";
import { switchTheme, useDark } from "../state/theme";
import { LostServer } from "./LostServer";
import { SignIn } from "./SignIn";
import { SyncModal } from "./SyncModal";
import { Toasts } from "./Toasts";

/** What stands around every page: navigation, who is signed in, whether the server answers. */
export function Layout() {
  const { token } = theme.useToken();
  return (
    // Within the router: what notifications show has links.
    <App component={AntLayout} style={{ minHeight: "100vh" }}>
      <AntLayout.Header
        style={{
          background: token.colorBgContainer,
          borderBottom: `1px solid ${token.colorBorder}`,
          padding: "0 16px",
        }}
      >
        <Header />
      </AntLayout.Header>
      <LostServer />
      <AntLayout.Content style={{ padding: 16, maxWidth: 1400, width: "100%", margin: "0 auto" }}>
        <Suspense fallback={<Spin />}>
          <Outlet />
        </Suspense>
      </AntLayout.Content>
      <SignIn />
      <Toasts />
    </App>
  );
}

function Header() {
  const t = useWords();
  const me = useMe();
  const dark = useDark();
  const navigate = useNavigate();
  const mayStart = useMay("manager");
  const [syncing, setSyncing] = useState(false);
  return (
    <Flex align="center" gap="middle" wrap>
      <Link to="/tasks">
        <Typography.Text strong>{t("app.title")}</Typography.Text>
      </Link>
      <Link to="/tasks">{t("nav.tasks")}</Link>
      {mayStart && <Link to="/upload">{t("nav.upload")}</Link>}
      <Flex flex={1} justify="end" align="center" gap="small" wrap>
        {mayStart && (
          <Button type="primary" icon={<SyncOutlined />} onClick={() => setSyncing(true)}>
            {t("nav.sync")}
          </Button>
        )}
        <Button type="text" onClick={() => switchLanguage(language() === "ru" ? "en" : "ru")}>
          {t("app.language")}
        </Button>
        <Button
          type="text"
          aria-label={t(dark ? "app.light" : "app.dark")}
          icon={dark ? <SunOutlined /> : <MoonOutlined />}
          onClick={() => switchTheme(!dark)}
        />
        {me && (
          <Button type="text" icon={<LogoutOutlined />} title={t("signin.out")} onClick={() => session.end()}>
            {me.name}
          </Button>
        )}
      </Flex>
      <SyncModal
        visible={syncing}
        onClose={() => setSyncing(false)}
        onSyncComplete={(task) => void navigate(`/tasks/${task.id}`)}
      />
    </Flex>
  );
}
