import { useMutation } from "@tanstack/react-query";
import { Button, Card, Flex, Input, Tag, Typography } from "antd";
import { useState } from "react";
import { asItStands, asText, correct, type Reject } from "../../api/rejects";
import { useWords } from "../../i18n";
import { Problem } from "../Problem";
import { Lines } from "./Lines";

interface Props {
  taskId: string;
  row: Reject;
  mayEdit: boolean;
  typing: boolean;
  onCorrected(): void;
  /** The row is done, or needed nothing: on to the next. */
  onGoOn(): void;
}

/** A rejected row with its own lines, the wrong one marked and ready to be written anew. */
export function RowEditor({ taskId, row, mayEdit, typing, onCorrected, onGoOn }: Props) {
  const t = useWords();
  const [said, setSaid] = useState<Record<string, string>>({});
  const saving = useMutation({
    mutationFn: () => correct(taskId, row, said),
    onSuccess: () => {
      setSaid({});
      onCorrected();
      onGoOn();
    },
  });
  const changed = Object.keys(said).length > 0;
  const save = () => (changed ? saving.mutate() : onGoOn());
  const say = (field: string, value: string) => setSaid((before) => withField(before, row, field, value));
  const value = (field: string) => said[field] ?? asText(asItStands(row)[field]);
  const editing = { value, say, save, busy: saving.isPending };
  return (
    <Card size="small" title={<Title row={row} />} styles={{ body: { overflow: "hidden" } }}>
      <Flex vertical gap="small">
        <Typography.Text type="danger">{row.message}</Typography.Text>
        {row.field === null && <Typography.Text type="secondary">{t("repair.not_field")}</Typography.Text>}
        {mayEdit && row.field !== null && (
          <Wrong row={row} field={row.field} {...editing} changed={changed} typing={typing} />
        )}
        <Problem error={saving.error} />
        <Lines row={row} {...(mayEdit && { editing })} />
      </Flex>
    </Card>
  );
}

export interface Editing {
  value(field: string): string;
  say(field: string, value: string): void;
  save(): void;
  busy: boolean;
}

function Wrong({
  row,
  field,
  value,
  say,
  save,
  busy,
  changed,
  typing,
}: Editing & { row: Reject; field: string; changed: boolean; typing: boolean }) {
  const t = useWords();
  return (
    <Flex gap="small" align="center" wrap>
      <Typography.Text strong>{field}</Typography.Text>
      <Input
        autoFocus={typing}
        data-row={row.row_no}
        aria-label={`${field}, ${t("repair.row", { row: row.row_no })}`}
        status={changed || row.corrected ? "" : "error"}
        value={value(field)}
        onChange={(event) => say(field, event.target.value)}
        onPressEnter={save}
        style={{ width: 260 }}
      />
      <Button loading={busy} disabled={!changed} onClick={save}>
        {t("repair.save")}
      </Button>
    </Flex>
  );
}

function Title({ row }: { row: Reject }) {
  const t = useWords();
  return (
    <Flex gap="small" align="center" wrap style={{ whiteSpace: "normal" }}>
      {t("repair.row", { row: row.row_no })}
      {row.sheet_row !== null && (
        <Typography.Text type="secondary">{t("repair.of_sheet", { row: row.sheet_row })}</Typography.Text>
      )}
      {row.corrected_by !== null && (
        <Tag color="processing">{t("repair.is_corrected", { who: row.corrected_by })}</Tag>
      )}
    </Flex>
  );
}

/** What was typed, without fields that say what stands there anyway. */
function withField(before: Record<string, string>, row: Reject, field: string, value: string) {
  const { [field]: _, ...others } = before;
  return asText(asItStands(row)[field]) === value ? others : { ...others, [field]: value };
}
