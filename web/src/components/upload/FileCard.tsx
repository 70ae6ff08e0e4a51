import { CloseOutlined } from "@ant-design/icons";
import { Progress as Bar, Button, Card, Flex, Select, Typography } from "antd";
import { useState } from "react";
import type { Reading } from "../../api/upload";
import { useWords, type Word } from "../../i18n";
import { useFormat } from "../../state/format";
import { UPLOAD_NAMES, UPLOADS, type Upload } from "../../state/kinds";
import { type Sent, useSending } from "../../state/sending";
import { Problem } from "../Problem";
import { AlreadyLoaded, loadedBefore } from "./AlreadyLoaded";
import { Checked } from "./Checked";
import { Loaded } from "./Loaded";

interface Props {
  file: File;
  suggestion: Upload | null;
  onRemove(): void;
}

/** One file from its choice to its task: of which kind it is, what would become of it, and loading it. */
export function FileCard({ file, suggestion, onRemove }: Props) {
  const [kind, setKind] = useState<Upload | null>(suggestion);
  const [reading, setReading] = useState<Reading>({});
  const sending = useSending(file);
  const { checked, loaded, error, busy } = sending;
  const before = loadedBefore(error);
  const become = (chosen: Upload) => {
    setKind(chosen);
    setReading({});
    sending.forget();
  };
  const read = (next: Reading) => {
    setReading(next);
    if (kind) sending.check(kind, next);
  };
  return (
    <Card
      size="small"
      title={<Title file={file} />}
      extra={!busy && <Remove onRemove={onRemove} name={file.name} />}
    >
      <Flex vertical gap="middle">
        {!loaded && <Kind kind={kind} busy={busy} onKind={become} />}
        <OnTheWay sending={sending} />
        {before && kind ? (
          <AlreadyLoaded taskId={before} onForce={() => sending.load(kind, reading, true)} />
        ) : (
          <Problem error={error} />
        )}
        {checked && !loaded && kind && (
          <Checked taskId={checked} kind={kind} reading={reading} busy={busy} onReading={read} />
        )}
        {loaded ? (
          <Loaded taskId={loaded} />
        ) : (
          kind && <Buttons kind={kind} reading={reading} sending={sending} />
        )}
      </Flex>
    </Card>
  );
}

function Title({ file }: { file: File }) {
  const format = useFormat();
  return (
    <Flex gap="small" align="baseline" wrap style={{ whiteSpace: "normal" }}>
      <span style={{ overflowWrap: "anywhere" }}>{file.name}</span>
      <Typography.Text type="secondary">{format.bytes(file.size)}</Typography.Text>
    </Flex>
  );
}

function Remove({ onRemove, name }: { onRemove(): void; name: string }) {
  const t = useWords();
  return (
    <Button
      type="text"
      icon={<CloseOutlined />}
      aria-label={t("upload.remove", { name })}
      onClick={onRemove}
    />
  );
}

function Kind({ kind, busy, onKind }: { kind: Upload | null; busy: boolean; onKind(kind: Upload): void }) {
  const t = useWords();
  return (
    <Flex gap="small" align="center" wrap>
      <Select<Upload>
        aria-label={t("upload.kind")}
        placeholder={t("upload.choose_kind")}
        value={kind}
        disabled={busy}
        onChange={onKind}
        options={UPLOAD_NAMES.map((value) => ({ value, label: t(`kind.${UPLOADS[value]}` as Word) }))}
        style={{ minWidth: 240 }}
      />
      {kind === null && <Typography.Text type="secondary">{t("upload.kind_unknown")}</Typography.Text>}
    </Flex>
  );
}

function OnTheWay({ sending }: { sending: Sent }) {
  const t = useWords();
  if (!sending.busy) return null;
  const percent = Math.floor(sending.part * 100);
  return (
    <Flex gap="small" align="center">
      <Bar percent={percent} size="small" aria-label={t("upload.sending")} style={{ flex: 1 }} />
      <Button size="small" onClick={sending.stop}>
        {t("upload.stop_sending")}
      </Button>
    </Flex>
  );
}

function Buttons({ kind, reading, sending }: { kind: Upload; reading: Reading; sending: Sent }) {
  const t = useWords();
  const { checked, busy, check, load } = sending;
  return (
    <Flex gap="small" wrap>
      <Button type={checked ? "default" : "primary"} disabled={busy} onClick={() => check(kind, reading)}>
        {t(checked ? "upload.check_again" : "upload.check")}
      </Button>
      <Button
        type={checked ? "primary" : "default"}
        disabled={busy}
        onClick={() => load(kind, reading, false)}
      >
        {t("upload.load")}
      </Button>
    </Flex>
  );
}
