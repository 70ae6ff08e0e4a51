import { CheckCircleOutlined, ExclamationCircleOutlined, QuestionCircleOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Table, Tag, Typography } from "antd";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";
import { type AccountTotal, isAccountTotal, linesOf, proofOf, type TotalLine } from "../../state/totals";

const SHOWN = {
  adds_up: { color: "success", icon: <CheckCircleOutlined /> },
  differs: { color: "error", icon: <ExclamationCircleOutlined /> },
  unproven: { color: "warning", icon: <QuestionCircleOutlined /> },
  not_stated: { color: "default", icon: <QuestionCircleOutlined /> },
} as const;

interface Props {
  totals: readonly unknown[];
  /** Show the rows that may be why: the link is there where one does not add up. */
  onCandidates?: () => void;
}

/** What a statement says of each account beside what its documents come to. */
export function Totals({ totals, onCandidates }: Props) {
  const accounts = totals.filter(isAccountTotal);
  return (
    <Flex gap="middle" wrap>
      {accounts.map((total) => (
        <Account key={total.account_ref} total={total} {...(onCandidates && { onCandidates })} />
      ))}
    </Flex>
  );
}

function Account({ total, onCandidates }: { total: AccountTotal; onCandidates?: () => void }) {
  const t = useWords();
  const proof = proofOf(total);
  const columns = useColumns();
  return (
    <Card
      size="small"
      style={{ flex: "1 1 320px", maxWidth: 720, minWidth: 0 }}
      title={t("upload.account", { account: total.account ?? total.account_ref })}
      extra={<Tag {...SHOWN[proof]}>{t(`upload.proof.${proof}`)}</Tag>}
    >
      <Table<TotalLine>
        rowKey="name"
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={linesOf(total)}
        columns={columns}
      />
      {total.unreadable > 0 && (
        <Typography.Paragraph type="secondary" style={{ margin: "8px 0 0" }}>
          {t("upload.unreadable", { count: total.unreadable })}
        </Typography.Paragraph>
      )}
      {onCandidates && (proof === "differs" || proof === "unproven") && (
        <Button type="link" style={{ padding: 0 }} onClick={onCandidates}>
          {t("upload.candidates")}
        </Button>
      )}
    </Card>
  );
}

function useColumns() {
  const t = useWords();
  const { money } = useFormat();
  const shown = (text: string | null) => (text === null ? "" : money(text));
  return [
    { title: "", key: "name", render: (_: unknown, line: TotalLine) => t(`upload.total.${line.name}`) },
    {
      title: t("upload.stated"),
      key: "stated",
      align: "right" as const,
      render: (_: unknown, line: TotalLine) => shown(line.stated),
    },
    {
      title: t("upload.found"),
      key: "found",
      align: "right" as const,
      render: (_: unknown, line: TotalLine) => shown(line.found),
    },
    {
      title: t("upload.difference"),
      key: "difference",
      align: "right" as const,
      render: (_: unknown, line: TotalLine) => (
        <Typography.Text type="danger" strong>
          {shown(line.difference)}
        </Typography.Text>
      ),
    },
  ];
}
