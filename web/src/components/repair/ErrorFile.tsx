import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Flex, Typography, Upload } from "antd";
import { download } from "../../api/download";
import { ApiProblem } from "../../api/problem";
import { hasEnded, type TaskInfo } from "../../api/tasks";
import { sendCorrections } from "../../api/upload";
import { useWords } from "../../i18n";
import { useMay } from "../../state/session";
import { Problem } from "../Problem";

const MOST_SHOWN = 10;

/** The rejected rows as a file, and the corrected file back: all of its rows are taken, or none. */
export function ErrorFile({ task, onChanged }: { task: TaskInfo; onChanged(): void }) {
  const t = useWords();
  const mayCorrect = useMay("manager") && hasEnded(task) && !task.dry_run;
  const saving = useMutation({
    mutationFn: (form: "xlsx" | "csv") =>
      download(`/api/v1/tasks/${task.id}/rejects/export?format=${form}`, `rejects-${task.id}.${form}`),
  });
  const sending = useMutation({
    mutationFn: (file: File) => sendCorrections(task.id, file),
    onSuccess: onChanged,
  });
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        <Typography.Text type="secondary">{t("repair.file")}</Typography.Text>
        {(["xlsx", "csv"] as const).map((form) => (
          <Button key={form} icon={<DownloadOutlined />} onClick={() => saving.mutate(form)}>
            {t(`repair.file_${form}`)}
          </Button>
        ))}
        {mayCorrect && (
          <Upload
            accept=".xlsx,.csv"
            showUploadList={false}
            beforeUpload={(file) => {
              sending.mutate(file);
              return false;
            }}
          >
            <Button icon={<UploadOutlined />} loading={sending.isPending}>
              {t("repair.file_upload")}
            </Button>
          </Upload>
        )}
      </Flex>
      {sending.data && <Alert type="success" showIcon title={sending.data.message} />}
      <Problem error={saving.error ?? sending.error} />
      <Refused error={sending.error} />
    </Flex>
  );
}

/** Each row of the file that cannot be taken, by its line. */
function Refused({ error }: { error: unknown }) {
  const t = useWords();
  const problems = error instanceof ApiProblem ? (error.details.errors ?? []) : [];
  if (problems.length === 0) return null;
  const left = problems.length - MOST_SHOWN;
  return (
    <ul style={{ margin: 0 }}>
      {problems.slice(0, MOST_SHOWN).map((problem) => {
        const line = String((problem as { line?: unknown }).line ?? "");
        return (
          <li key={`${line}${problem.field}`}>{t("repair.line", { line, message: problem.message })}</li>
        );
      })}
      {left > 0 && <li>{t("repair.more_problems", { count: left })}</li>}
    </ul>
  );
}
