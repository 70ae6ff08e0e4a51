import { InboxOutlined } from "@ant-design/icons";
import { Upload as Dropping, Flex, Result, Typography } from "antd";
import { useState } from "react";
import { FileCard } from "../components/upload/FileCard";
import { useWords } from "../i18n";
import { suggested, type Upload as UploadKind } from "../state/kinds";
import { useMay, useMe } from "../state/session";

interface Chosen {
  key: string;
  file: File;
  suggestion: UploadKind | null;
}

/** Files from the reader's own machine: checked before, loaded when they are right. */
export function Upload() {
  const t = useWords();
  const me = useMe();
  const may = useMay("manager");
  const [files, setFiles] = useState<readonly Chosen[]>([]);
  const add = async (file: File) => {
    const chosen = { key: crypto.randomUUID(), file, suggestion: await suggested(file).catch(() => null) };
    setFiles((before) => [...before, chosen]);
  };
  const remove = (key: string) => setFiles((before) => before.filter((one) => one.key !== key));
  if (me && !may) return <Result status="403" title={t("upload.only_manager")} />;
  return (
    <Flex vertical gap="large">
      <Typography.Title level={3} style={{ margin: 0 }}>
        {t("nav.upload")}
      </Typography.Title>
      <Dropping.Dragger
        multiple
        showUploadList={false}
        // The page sends it itself, when somebody has said what it is.
        beforeUpload={(file) => {
          void add(file);
          return false;
        }}
      >
        <p className="ant-upload-drag-icon">
          <InboxOutlined />
        </p>
        <p className="ant-upload-text">{t("upload.drop")}</p>
        <p className="ant-upload-hint">{t("upload.what")}</p>
      </Dropping.Dragger>
      {files.map(({ key, file, suggestion }) => (
        <FileCard key={key} file={file} suggestion={suggestion} onRemove={() => remove(key)} />
      ))}
    </Flex>
  );
}
