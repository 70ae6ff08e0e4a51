import { LogoutOutlined, MoonOutlined, SunOutlined, SyncOutlined } from "@ant-design/icons";
import { Button, Flex, Spin, theme } from "antd";
import { type CSSProperties, lazy, Suspense, useEffect, useRef, useState } from "react";
import { Link, Outlet, useNavigate } from "react-router";
import { session } from "../api/session";
import type { TaskInfo } from "../api/tasks";
import { language, switchLanguage, useWords } from "../i18n";
import { live } from "../state/live";
import { useMay, useMe, useSession } from "../state/session";
import { switchTheme, useDark } from "../state/theme";
import { LostServer } from "./LostServer";

// What the first page does not show is loaded when it is wanted.
const SignIn = lazy(async () => ({ default: (await import("./SignIn")).SignIn }));
const SyncModal = lazy(async () => ({ default: (await import("./SyncModal")).SyncModal }));
const Toasts = lazy(async () => ({ default: (await import("./Toasts")).Toasts }));

const MOST_TOASTS = 20;

/** What stands around every page: navigation, who is signed in, whether the server answers. */
export function Layout() {
  const { token } = theme.useToken();
  const current = useSession();
  const signedIn = useRef(false);
  if (current) signedIn.current = true;
  const ended = useEnded();
  return (
    <div
      style={{
        ...colours(token),
        minHeight: "100vh",
        background: token.colorBgLayout,
        color: token.colorText,
      }}
    >
      <header
        style={{
          background: token.colorBgContainer,
          borderBottom: `1px solid ${token.colorBorder}`,
          padding: "12px 16px",
        }}
      >
        <Header />
      </header>
      <LostServer />
      <main style={{ padding: 16, maxWidth: 1400, margin: "0 auto" }}>
        <Suspense fallback={<Spin />}>
          <Outlet />
        </Suspense>
      </main>
      <Suspense fallback={null}>
        {current === null && <SignIn expired={signedIn.current} />}
        {ended.length > 0 && <Toasts ended={ended} />}
      </Suspense>
    </div>
  );
}

/** What page.css takes from the theme. */
function colours(token: ReturnType<typeof theme.useToken>["token"]): CSSProperties {
  const found = {
    "--page-focus": token.colorPrimary,
    "--page-surface": token.colorBgContainer,
    "--page-head": token.colorFillAlter,
    "--page-line": token.colorBorderSecondary,
    "--page-muted": token.colorTextSecondary,
  };
  return { ...found, fontFamily: token.fontFamily, fontSize: token.fontSize, lineHeight: token.lineHeight };
}

/** Tasks that ended while one watched: what shows them is loaded with the first of them. */
function useEnded(): TaskInfo[] {
  const [ended, setEnded] = useState<TaskInfo[]>([]);
  useEffect(() => live.onEnded((task) => setEnded((before) => [...before, task].slice(-MOST_TOASTS))), []);
  return ended;
}

function Header() {
  const t = useWords();
  const me = useMe();
  const dark = useDark();
  const navigate = useNavigate();
  const mayStart = useMay("manager");
  // Undefined until it is wanted for the first time.
  const [syncing, setSyncing] = useState<boolean>();
  return (
    <Flex align="center" gap="middle" wrap>
      <Link to="/tasks">
        <strong>{t("app.title")}</strong>
      </Link>
      <Link to="/tasks">{t("nav.tasks")}</Link>
      {mayStart && <Link to="/upload">{t("nav.upload")}</Link>}
      <Flex flex={1} justify="end" align="center" gap="small" wrap>
        {mayStart && (
          <Button type="primary" icon={<SyncOutlined aria-hidden />} onClick={() => setSyncing(true)}>
            {t("nav.sync")}
          </Button>
        )}
        <Button type="text" onClick={() => switchLanguage(language() === "ru" ? "en" : "ru")}>
          {t("app.language")}
        </Button>
        <Button
          type="text"
          aria-label={t(dark ? "app.light" : "app.dark")}
          icon={dark ? <SunOutlined aria-hidden /> : <MoonOutlined aria-hidden />}
          onClick={() => switchTheme(!dark)}
        />
        {me && (
          <Button
            type="text"
            icon={<LogoutOutlined aria-hidden />}
            title={t("signin.out")}
            onClick={() => session.end()}
          >
            {me.name}
          </Button>
        )}
      </Flex>
      {syncing !== undefined && (
        <Suspense fallback={<Spin fullscreen />}>
          <SyncModal
            visible={syncing}
            onClose={() => setSyncing(false)}
            onSyncComplete={(task) => void navigate(`/tasks/${task.id}`)}
          />
        </Suspense>
      )}
    </Flex>
  );
}
