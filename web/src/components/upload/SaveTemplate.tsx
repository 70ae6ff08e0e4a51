import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Input, Typography } from "antd";
import { useState } from "react";
import { type Reading, saveTemplate, type TableMapping } from "../../api/upload";
import { useWords } from "../../i18n";
import type { Upload } from "../../state/kinds";
import { templateOf } from "../../state/mapping";
import { Problem } from "../Problem";

/** Keeps how this table was read for the next files of its kind. */
export function SaveTemplate({
  kind,
  mapping,
  reading,
}: {
  kind: Upload;
  mapping: TableMapping;
  reading: Reading;
}) {
  const t = useWords();
  const [name, setName] = useState("");
  const queries = useQueryClient();
  const saving = useMutation({
    mutationFn: () => {
      const { template: _, ...wishes } = templateOf(mapping, reading);
      return saveTemplate(kind, name.trim(), wishes);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["templates", kind] }),
  });
  return (
    <Flex gap="small" align="center" wrap>
      <Input
        value={name}
        maxLength={200}
        placeholder={t("upload.template_name")}
        aria-label={t("upload.template_name")}
        onChange={(event) => setName(event.target.value)}
        style={{ width: 220 }}
      />
      <Button disabled={!name.trim()} loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("upload.save_template")}
      </Button>
      {saving.isSuccess && <Typography.Text type="secondary">{t("upload.template_saved")}</Typography.Text>}
      <Problem error={saving.error} />
    </Flex>
  );
}
