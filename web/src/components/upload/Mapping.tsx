import { useQuery } from "@tanstack/react-query";
import { Flex, Form, Select, Typography } from "antd";
import { getMapping, listTemplates, type Reading, type TableMapping } from "../../api/upload";
import { useWords } from "../../i18n";
import type { Upload } from "../../state/kinds";
import { columnsOf, readingWith, rowsAsHeaders } from "../../state/mapping";
import { FirstRows } from "./FirstRows";
import { SaveTemplate } from "./SaveTemplate";

const ENCODINGS = ["utf-8", "cp1251", "cp866", "utf-16"] as const;
const NONE = "";

/** A file that was read for a dry run, and how it is read otherwise. */
export interface Reread {
  taskId: string;
  kind: Upload;
  reading: Reading;
  /** The file is on its way once more: what stands here is about to be replaced. */
  busy: boolean;
  /** Read the file once more, in this way. */
  onReading(reading: Reading): void;
}

/** How a table was read, to be put right: whatever is changed reads the file anew. Nothing for statements. */
export function Mapping({ taskId, kind, reading, busy, onReading }: Reread) {
  const t = useWords();
  const { data: mapping } = useQuery({
    queryKey: ["mapping", taskId],
    queryFn: () => getMapping(taskId),
    // A statement is no table: nothing is asked that is known.
    enabled: kind !== "bank-transactions",
    // What was read before stays in sight until the new is there.
    placeholderData: (before) => before,
  });
  if (!mapping) return null;
  const props = { mapping, reading, busy, onReading };
  return (
    <section aria-label={t("upload.mapping")}>
      <Typography.Title level={5}>{t("upload.mapping")}</Typography.Title>
      <Form layout="vertical" disabled={busy} component="div">
        <Flex gap="middle" wrap>
          <Whole {...props} kind={kind} />
          <Columns {...props} />
        </Flex>
      </Form>
      <FirstRows mapping={mapping} />
      {mapping.found && <SaveTemplate kind={kind} mapping={mapping} reading={reading} />}
    </section>
  );
}

interface Part {
  mapping: TableMapping;
  reading: Reading;
  onReading(reading: Reading): void;
}

/** What is said of the file as a whole: template, encoding, which row is the header. */
function Whole({ mapping, reading, onReading, kind }: Part & { kind: Upload }) {
  const t = useWords();
  const templates = useQuery({ queryKey: ["templates", kind], queryFn: () => listTemplates(kind) });
  const names = templates.data?.items.map(({ name }) => ({ value: name, label: name })) ?? [];
  const header = reading.header_row ?? mapping.found?.header_rows.at(-1);
  return (
    <>
      {names.length > 0 && (
        <Choice
          label={t("upload.template")}
          value={reading.template}
          options={[{ value: NONE, label: t("upload.no_template") }, ...names]}
          onChange={(name) => onReading(name === NONE ? {} : { template: name })}
        />
      )}
      {(mapping.found?.encoding || reading.encoding || !mapping.found) && (
        <Choice
          label={t("upload.encoding")}
          value={reading.encoding ?? mapping.found?.encoding ?? undefined}
          options={ENCODINGS.map((value) => ({ value, label: value.toUpperCase() }))}
          onChange={(value) =>
            onReading({ ...reading, encoding: ENCODINGS.find((one) => one === value) ?? null })
          }
        />
      )}
      <Choice
        label={t("upload.header_row")}
        value={header === undefined ? undefined : String(header)}
        options={[{ value: "0", label: t("upload.no_header") }, ...rowsAsHeaders(mapping)]}
        onChange={(row) => onReading({ ...reading, header_row: Number(row) })}
      />
    </>
  );
}

/** A column for each field that the kind looks for. */
function Columns({ mapping, reading, onReading }: Part) {
  const t = useWords();
  const columns = columnsOf(mapping, reading);
  return mapping.wanted.map(({ field, names, required }) => {
    const found = mapping.found?.columns.filter((one) => one.field === field) ?? [];
    // Each warehouse has a column of its own: the file says which, nobody else.
    if (found.length > 1) return null;
    const name = names[0] ?? field;
    return (
      <Choice
        key={field}
        label={required ? `${name} *` : name}
        value={reading.mapping?.[field] ?? found[0]?.column ?? NONE}
        options={[{ value: NONE, label: t("upload.no_column") }, ...columns]}
        onChange={(column) => onReading(readingWith(reading, field, column))}
      />
    );
  });
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange(value: string): void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Form.Item label={label} style={{ width: 220, margin: 0 }}>
      <Select<string>
        aria-label={label}
        value={value ?? null}
        options={options}
        onChange={onChange}
        style={{ width: "100%" }}
      />
    </Form.Item>
  );
}
