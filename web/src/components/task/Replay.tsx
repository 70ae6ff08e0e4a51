import { PlayCircleOutlined, RedoOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Modal, Radio, Typography } from "antd";
import { useState } from "react";
import { type Input, replay } from "../../api/again";
import { counted, type TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";
import { Counts } from "../Counts";
import { Problem } from "../Problem";

const WORDS = { all: "again", unfinished: "continue" } as const;
const ICONS = { all: <RedoOutlined />, unfinished: <PlayCircleOutlined /> };

/** Runs all rows once more, or those that have no outcome yet. */
export function Replay({ task, scope }: { task: TaskInfo; scope: "all" | "unfinished" }) {
  const t = useWords();
  const [open, setOpen] = useState(false);
  const [input, setInput] = useState<Input>("recorded");
  const asking = useMutation({
    mutationFn: () => replay(task.id, scope, input),
    onSuccess: () => setOpen(false),
  });
  const word = t(`repair.${WORDS[scope]}`);
  return (
    <>
      <Button
        icon={ICONS[scope]}
        onClick={() => {
          asking.reset();
          setOpen(true);
        }}
      >
        {word}
      </Button>
      <Modal
        open={open}
        title={word}
        okText={word}
        cancelText={t("repair.no")}
        confirmLoading={asking.isPending}
        onOk={() => asking.mutate()}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        <Flex vertical gap="middle">
          <Typography.Text>
            {t(`repair.${WORDS[scope]}_what`, { done: counted(task.counts) })}
          </Typography.Text>
          <Counts counts={task.counts} />
          <Source task={task} input={input} onInput={setInput} />
          <Problem error={asking.error} />
        </Flex>
      </Modal>
    </>
  );
}

interface SourceProps {
  task: TaskInfo;
  input: Input;
  onInput(input: Input): void;
}

/** From what was recorded, and until when that is kept; or from the source itself. */
function Source({ task, input, onInput }: SourceProps) {
  const t = useWords();
  const format = useFormat();
  const until = task.recorded_until;
  return (
    <Radio.Group
      value={input}
      onChange={(event) => onInput(event.target.value as Input)}
      options={[
        {
          value: "recorded",
          label: until ? t("repair.recorded_until", { until: format.moment(until) }) : t("repair.recorded"),
        },
        { value: "source", label: t("repair.source") },
      ]}
    />
  );
}
