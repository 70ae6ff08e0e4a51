import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Typography } from "antd";
import { answered, client } from "../api/client";
import { ApiProblem } from "../api/problem";
import { session } from "../api/session";
import { useWords } from "../i18n";
import { Problem } from "./Problem";

interface Login {
  username: string;
  password: string;
}

/** Over whatever page one is on, so that it is still there afterwards, with its filters and its place. */
export function SignIn({ expired }: { expired: boolean }) {
  const t = useWords();
  const signing = useMutation({
    mutationFn: (login: Login) =>
      answered(
        client.POST("/api/v1/auth/token", {
          body: { ...login, scope: "" },
          bodySerializer: () => new URLSearchParams({ ...login }),
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
        }),
      ),
    onSuccess: (token) => session.begin(token.access_token, token.expires_in),
  });
  const wrong = signing.error instanceof ApiProblem && signing.error.status === 401;
  return (
    <Modal open title={t("signin.title")} closable={false} keyboard={false} footer={null} width={380}>
      {expired && <Typography.Paragraph>{t("signin.expired")}</Typography.Paragraph>}
      <Form<Login> layout="vertical" onFinish={(login) => signing.mutate(login)} requiredMark={false}>
        <Form.Item name="username" label={t("signin.name")} rules={[{ required: true, message: "" }]}>
          <Input autoComplete="username" autoFocus />
        </Form.Item>
        <Form.Item name="password" label={t("signin.password")} rules={[{ required: true, message: "" }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Problem error={signing.error} />
        {wrong && <Typography.Paragraph type="secondary">{t("signin.first")}</Typography.Paragraph>}
        <Button type="primary" htmlType="submit" loading={signing.isPending} block style={{ marginTop: 12 }}>
          {t("signin.enter")}
        </Button>
      </Form>
    </Modal>
  );
}
