import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider, Spin, theme } from "antd";
import en from "antd/locale/en_GB";
import ru from "antd/locale/ru_RU";
import { useEffect } from "react";
import { createBrowserRouter, RouterProvider } from "react-router";
import { ApiProblem } from "./api/problem";
import { session } from "./api/session";
import { Broken } from "./components/Broken";
import { Layout } from "./components/Layout";
import { useLanguage } from "./i18n";
import { live } from "./state/live";
import { nonce } from "./state/nonce";
import { useSession } from "./state/session";
import { useDark } from "./state/theme";

const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <Broken />,
    hydrateFallbackElement: <Spin fullscreen />,
    children: [
      { index: true, lazy: async () => ({ Component: (await import("./pages/Tasks")).Tasks }) },
      { path: "tasks", lazy: async () => ({ Component: (await import("./pages/Tasks")).Tasks }) },
      { path: "tasks/:id", lazy: async () => ({ Component: (await import("./pages/Task")).Task }) },
      { path: "upload", lazy: async () => ({ Component: (await import("./pages/Upload")).Upload }) },
      { path: "*", lazy: async () => ({ Component: (await import("./pages/NotFound")).NotFound }) },
    ],
  },
]);
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
// Ant Design's own are paler than the 4.5 : 1 that small text needs.
const LIGHT = {
  colorLink: "#0b5cad",
  colorSuccess: "#237804",
  colorWarning: "#874d00",
  colorError: "#cf1322",
  // What it would make of those by itself is grey.
  colorSuccessBg: "#f6ffed",
  colorSuccessBorder: "#b7eb8f",
  colorWarningBg: "#fffbe6",
  colorWarningBorder: "#ffe58f",
  colorErrorBg: "#fff1f0",
  colorErrorBorder: "#ffa39e",
  colorTextDescription: "rgba(0, 0, 0, 0.65)",
  colorTextPlaceholder: "rgba(0, 0, 0, 0.6)",
};
const DARK = {
  colorLink: "#69b1ff",
  colorSuccess: "#73d13d",
  colorError: "#ff7875",
  colorTextDescription: "rgba(255, 255, 255, 0.65)",
  colorTextPlaceholder: "rgba(255, 255, 255, 0.6)",
};
const MOST_TRIES = 3;
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused is refused again; what did not answer may answer now.
      enabled: () => session.current() !== null,
      retry: (tries, error) => !(error instanceof ApiProblem && error.status < 500) && tries < MOST_TRIES,
      staleTime: 5_000,
    },
  },
});
export function App() {
  const language = useLanguage();
  const dark = useDark();
  const current = useSession();
  // A new session asks again what the old one was refused; another language, for its words.
  useEffect(() => {
    document.documentElement.lang = language;
    if (current) {
      live.start();
      void queries.invalidateQueries();
    } else live.stop();
  }, [current, language]);
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={language === "ru" ? ru : en}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { colorPrimary: "#0b7285", borderRadius: 6, motion: !CALM.matches, ...(dark ? DARK : LIGHT) },
        components: { Tabs: dark ? { itemSelectedColor: DARK.colorLink, inkBarColor: DARK.colorLink } : {} },
      }}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfigProvider>
  );
}
