import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Input, Popconfirm, Progress } from "antd";
import { useState } from "react";
import { correctAll, type RejectGroup } from "../../api/rejects";
import type { TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { Problem } from "../Problem";

interface Props {
  task: TaskInfo;
  group: RejectGroup;
  field: string;
  onChanged(): void;
}

/** One value for the wrong field of every row of a group, after a question that says how many they are. */
export function SameForAll({ task, group, field, onChanged }: Props) {
  const t = useWords();
  const [value, setValue] = useState("");
  const [done, setDone] = useState(0);
  const saying = useMutation({
    mutationFn: () => correctAll(task.id, group, field, value, setDone),
    // Also after a refusal: what was said until then stands.
    onSettled: onChanged,
  });
  const count = group.rows;
  return (
    <Flex vertical gap="small">
      <Flex gap="small" wrap>
        <Input
          aria-label={t("repair.same", { count })}
          placeholder={field}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          style={{ width: 260 }}
        />
        <Popconfirm
          title={t("repair.same_question", { value, field, count })}
          okText={t("repair.same_yes")}
          cancelText={t("repair.no")}
          onConfirm={() => saying.mutate()}
        >
          <Button loading={saying.isPending}>{t("repair.same", { count })}</Button>
        </Popconfirm>
      </Flex>
      {saying.isPending && (
        <Progress
          percent={Math.floor((100 * done) / count)}
          size="small"
          format={() => t("repair.same_done", { done, count })}
        />
      )}
      <Problem error={saying.error} />
    </Flex>
  );
}
