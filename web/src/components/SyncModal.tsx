import { useMutation } from "@tanstack/react-query";
import { Button, DatePicker, Form, Modal, Switch, Tabs, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { startContractors, startTransactions, type TaskInfo } from "../api/tasks";
import { useLanguage, useWords } from "../i18n";
import { Problem } from "./Problem";
import { TaskProgress } from "./TaskProgress";

export interface SyncModalProps {
  visible: boolean;
  onClose(): void;
  onSyncComplete?(task: TaskInfo): void;
  /** First and last day, `2026-03-01`: a gap between statements that somebody clicked. */
  period?: readonly [string, string];
}

interface Period {
  days: [Dayjs, Dayjs];
  classify: boolean;
}

const DAY = "YYYY-MM-DD";

/** Asks what 1C is to send, starts it, and hands over to its progress. */
export function SyncModal({ visible, onClose, onSyncComplete, period }: SyncModalProps) {
  const t = useWords();
  const [taskId, setTaskId] = useState<string | null>(null);
  const close = () => {
    setTaskId(null);
    onClose();
  };
  if (taskId !== null) {
    return (
      <TaskProgress
        taskId={taskId}
        title={t("sync.title")}
        visible={visible}
        onClose={close}
        {...(onSyncComplete && { onComplete: onSyncComplete })}
      />
    );
  }
  return (
    <Modal open={visible} title={t("sync.title")} onCancel={close} footer={null} destroyOnHidden>
      <Tabs
        items={[
          {
            key: "transactions",
            label: t("sync.transactions"),
            children: <Transactions onStarted={setTaskId} {...(period && { period })} />,
          },
          {
            key: "contractors",
            label: t("sync.contractors"),
            children: <Contractors onStarted={setTaskId} />,
          },
        ]}
      />
    </Modal>
  );
}

interface Starting {
  onStarted(taskId: string): void;
  period?: readonly [string, string];
}

function Transactions({ onStarted, period }: Starting) {
  const t = useWords();
  const starting = useMutation({
    // What the picker holds is a day of a calendar: only its year, month and day leave it.
    mutationFn: ({ days: [from, to], classify }: Period) =>
      startTransactions(from.format(DAY), to.format(DAY), classify),
    onSuccess: (started) => onStarted(started.task_id),
  });
  const shown = useLanguage() === "ru" ? "DD.MM.YYYY" : DAY;
  const days = period?.map((text) => dayjs(text, DAY));
  return (
    <Form<Period>
      layout="vertical"
      initialValues={{ classify: true, ...(days && { days }) }}
      onFinish={(values) => starting.mutate(values)}
    >
      <Form.Item
        name="days"
        label={t("sync.period")}
        rules={[{ required: true, message: t("sync.period_needed") }]}
      >
        <DatePicker.RangePicker format={shown} presets={presets(t)} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="classify" label={t("sync.classify")} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Problem error={starting.error} />
      <Button type="primary" htmlType="submit" loading={starting.isPending} block>
        {t("sync.start")}
      </Button>
    </Form>
  );
}

function presets(t: ReturnType<typeof useWords>): { label: string; value: [Dayjs, Dayjs] }[] {
  const today = dayjs();
  const last = today.subtract(1, "month");
  return [
    { label: t("sync.last_7"), value: [today.subtract(6, "day"), today] },
    { label: t("sync.this_month"), value: [today.startOf("month"), today] },
    { label: t("sync.last_month"), value: [last.startOf("month"), last.endOf("month")] },
  ];
}

function Contractors({ onStarted }: Starting) {
  const t = useWords();
  const starting = useMutation({
    mutationFn: startContractors,
    onSuccess: (started) => onStarted(started.task_id),
  });
  return (
    <>
      <Typography.Paragraph>{t("sync.contractors_what")}</Typography.Paragraph>
      <Problem error={starting.error} />
      <Button type="primary" loading={starting.isPending} onClick={() => starting.mutate()} block>
        {t("sync.start")}
      </Button>
    </>
  );
}
