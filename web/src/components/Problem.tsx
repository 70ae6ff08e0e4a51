import { Alert, Button, Flex, Typography } from "antd";
import { ApiProblem, Unreachable } from "../api/problem";
import { useWords } from "../i18n";

/** What went wrong in the reader's words, what to do, and a code for who has to be asked. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useWords();
  if (error === null || error === undefined) return null;
  const known = error instanceof ApiProblem ? error : null;
  const words = error instanceof Unreachable ? t("signin.unreachable") : (known?.message ?? String(error));
  const code = known?.details.correlation_id ?? known?.details.code;
  return (
    <Alert
      type="error"
      showIcon
      title={words}
      description={
        (onRetry || code) && (
          <Flex gap="small" align="center" wrap>
            {onRetry && (
              <Button size="small" onClick={onRetry}>
                {t("app.retry")}
              </Button>
            )}
            {code && (
              <Typography.Text type="secondary" copyable={{ text: code, tooltips: t("task.copy") }}>
                {code}
              </Typography.Text>
            )}
          </Flex>
        )
      }
    />
  );
}
