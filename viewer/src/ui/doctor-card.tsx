/** Why can't I connect? What this browser tried, and what to do about what failed. */

import { useEffect, useState } from "preact/hooks";
import { examine } from "../doctor/examine";
import { reportOf, verdictOf, type Finding } from "../doctor/findings";
import { words } from "../words/language";
import { copyText } from "./clipboard";
import { Icon, Sentence } from "./pieces";
import { StateCard } from "./state-card";
import type { Viewer } from "./viewer";

type Copied = "not-yet" | "copied" | "failed";

export function DoctorCard({ viewer }: { viewer: Viewer }) {
  const [findings, setFindings] = useState<Finding[] | null>(null);
  const [copied, setCopied] = useState<Copied>("not-yet");
  const said = words().doctor;
  useEffect(() => {
    let isHere = true;
    void examine(viewer.conductor.iceServers).then((found) => isHere && setFindings(found));
    return () => {
      isHere = false;
      viewer.store.isExamining.value = false;
    };
  }, [viewer]);
  const copy = async (report: string): Promise<void> => setCopied((await copyText(report)) ? "copied" : "failed");
  return (
    <StateCard icon="activity" tone="calm" title={said.title}>
      <p role="status">
        <Sentence text={findings ? said.verdicts[verdictOf(findings)] : said.running} />
      </p>
      {copied !== "not-yet" && (
        <p role="status" class="only-heard">
          {said.copy[copied]}
        </p>
      )}
      {findings && (
        <ul class="findings">
          {findings.map((finding) => (
            <FindingRow key={`${finding.check} ${finding.way}`} finding={finding} />
          ))}
        </ul>
      )}
      <div class="actions">
        {findings && (
          <button type="button" class="button" onClick={() => void copy(reportOf(findings, navigator.userAgent))}>
            <Icon name={copied === "copied" ? "check" : "copy"} />
            {said.copy[copied]}
          </button>
        )}
        <button type="button" class="button primary" onClick={() => (viewer.store.isExamining.value = false)}>
          {said.back}
        </button>
      </div>
    </StateCard>
  );
}

function FindingRow({ finding: { check, way, isGood } }: { finding: Finding }) {
  const said = words().doctor;
  return (
    <li class={isGood ? "good" : "bad"}>
      <Icon name={isGood ? "check" : "circle-x"} />
      <div>
        <b>{way ? said.relay[way] : said.names[check]}</b>
        <span class="only-heard">{isGood ? said.works : said.fails}</span>
        {!isGood && <p>{said.todo[check]}</p>}
      </div>
    </li>
  );
}
