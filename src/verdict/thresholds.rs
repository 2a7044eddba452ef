//! Every threshold of the rules, with its meaning: printed in the annex of the report.

use crate::words::Words;

macro_rules! thresholds {
    ($($name:ident = $value:literal, $en:literal, $ja:literal;)*) => {
        /// The thresholds of the rules.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Thresholds {
            $(#[doc = $en] pub $name: f64,)*
        }

        impl Thresholds {
            /// Those in use.
            pub const USED: Self = Self { $($name: $value,)* };

            /// Names, in the order of the rules.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// The threshold of a name.
            pub fn get_mut(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }

        /// Name, value and meaning of every threshold, in the order of the rules.
        #[must_use]
        pub fn thresholds() -> Vec<(String, f64, Words)> {
            vec![$((
                stringify!($name).to_owned(),
                Thresholds::USED.$name,
                Words { en: $en.to_owned(), ja: $ja.to_owned() },
            )),*]
        }
    };
}

thresholds! {
    min_events = 40.0, "fewer decisions to leave than this decide nothing", "これより離反が少ないと判定しない";
    ceiling = 0.9, "share of the two top answers from which a sparse survey is stale", "上位2回答の割合がこれを超えるアンケートは形骸化とみなす";
    stale_z = 2.6, "a survey whose full slope is below this |z| says nothing", "全体モデルの|z|がこれ未満のアンケートは何も語らない";
    opposite_z = 2.3, "|z| of two slopes of opposite sign", "符号が逆の二つの傾きの|z|";
    opposite_difference_z = 4.0, "z of the difference of slopes of opposite sign", "符号が逆の傾きの差のz";
    opposite_one_z = 2.6, "|z| of the stronger of two differing slopes", "異なる傾きのうち強い方の|z|";
    leaky_z = 4.0, "|z| of the last period from which a collapse before it counts as late", "直前期の|z|がこれを超え、それ以前に消えると遅行とみなす";
    leaky_earlier = 0.3, "share of the last period's slope left two and four periods before", "2期前・4期前に残る傾きの割合";
    leaky_at_event = 1.0, "share of the last period's slope found at the event, or ...", "離反時点で見られる傾きの割合。または…";
    leaky_at_event_less = 0.7, "... this share of it ...", "…この割合であって…";
    leaky_gone = 0.15, "... with less than this share left two periods before", "…2期前に残る傾きがこの割合未満";
    collapse_at_event = 1.1, "share of the last period's slope found at the event, from which a slope that fades with its age is a collapse", "離反時点の傾きがこの割合を超え、古いほど弱まれば急落とみなす";
    collapse_near2 = 0.5, "share of the last period's slope left one step before, in a collapse", "急落で1段階前に残る傾きの割合の上限";
    collapse_near4 = 0.25, "share of the last period's slope left two steps before, in a collapse", "急落で2段階前に残る傾きの割合の上限";
    collapse_level = 0.8, "share of the change's slope that the level has, in a collapse", "急落で水準の傾きが変化の傾きに占める割合の上限";
    set_off_z = 2.0, "z with which risk or a hint must set off an action that runs against the hope", "期待と逆に動く行動を、リスクや兆候が引き起こしたとみなすz";
    set_off_at_event = 1.3, "or share of the last period's slope that it has at the event", "または離反時点の傾きが直前期に対して占める割合";
    raw_z = 2.6, "|z| of an association that is then explained away", "後で説明されて消える関連の|z|";
    gone_z = 1.96, "|z| below which a slope counts as gone", "傾きが消えたとみなす|z|";
    explained_left = 0.4, "share of a slope left when it counts as explained away", "説明されて残る傾きの割合";
    mediated_z = 2.0, "z of a KPI whose effect may run through a later one", "効果が後段を通るとみなす元のKPIのz";
    mediated_left = 0.5, "share of its slope left beside the later KPI", "後段を加えて残る傾きの割合";
    signal_q = 0.05, "false discovery rate of the joint test of level and change", "水準と変化の同時検定の偽発見率";
    signal_z = 2.8, "|z| of the full slope that is a signal on its own", "単独で有意な関連とみなす全体モデルの|z|";
    change_z = 2.2, "z of the change, same sign as the full slope", "変化のz（全体と同符号）";
    level_z = 1.64, "z of the level, same sign as the full slope", "水準のz（全体と同符号）";
    balance = 0.2, "level and change: neither below this share of the other with a clear difference", "水準と変化の一方が他方のこの割合未満で差が明らかなら不整合";
    alike_z = 4.0, "|z| of the full slope from which a weaker change will do, ...", "全体の|z|がこれを超えれば変化は弱くてもよい";
    alike_change_z = 1.64, "... of this z ...", "そのとき必要な変化のz";
    alike_gap_z = 1.28, "... that does not differ from the level by more than this z", "そのとき水準との差のzの上限";
    unmoved_events = 150.0, "decisions to leave from which a slope that is gone one step before may still be no collapse, ...", "直前の1段階前に消える傾きでも急落とみなさないことがある、離反の数の下限…";
    unmoved_size = 0.02, "... if risk moves the KPI by less than so many standard deviations per standard deviation (upper limit of 95 %), ...", "…リスク1標準偏差で動くKPIの標準偏差（95%上限）がこれ未満で…";
    unmoved_at_event = 1.3, "... the slope at the event is less than this share of the last period's ...", "…離反時点の傾きが直前期のこの割合未満で…";
    unmoved_level = 0.5, "... and that of the level more than this share of the change's", "…水準の傾きが変化の傾きのこの割合を超える場合";
    unmoved_lead_z = 1.5, "z with which risk must move what has that shape, for it to be a collapse and no open question", "その形のKPIを急落と断じるのに必要な、リスクがKPIを動かすz";
    jump_z = 4.0, "|z| at the event from which an association that was absent before counts as a jump", "離反時点の|z|がこれを超え以前に無ければ急変とみなす";
    jump_earlier = 0.35, "share of the slope at the event found two and four periods before the last period", "直前期の2期前・4期前に見られる割合";
    rescue_at_event_z = 3.0, "z of an action against the hope at the event", "行動が期待と逆に動く離反時点のz";
    rescue_adj_z = 2.0, "z of an action against the hope with attributes and reasons", "属性・理由を調整した行動の逆向きz";
    helps_z = 1.0, "hoped z of the full slope below which nothing shows that an action helps", "行動が効いている兆しがないとみなす全体のz（期待の向き）";
    lead_z = 3.5, "z with which risk (or a hint) moves the KPI", "リスク（兆候）がKPIを動かすz";
    lead_size = 0.008, "standard deviations of the KPI per standard deviation of risk", "リスク1標準偏差あたりのKPIの動き";
    driven_size = 0.1, "the same, from which a slope that is mostly gone one step before the last period is lagging", "直前期の1段階前にほとんど消える傾きを、遅行とみなすリスクへの追随の大きさ";
    symptom_below = 0.5, "a symptom of hidden health has a full slope below this", "隠れた状態の悪化の表れとみなす傾きの上限";
    symptom_left = 0.85, "... unless more than this share of the raw slope is left in the full model and it is weaker at the event than in the last period", "…ただし全体モデルに単独の傾きのこれを超える割合が残り、離反時点で直前期より弱い場合を除く";
    follows_lead_z = 2.5, "z with which risk moves a KPI that is then not validated, however strong", "どれほど強くても検証済みとしない、リスクがKPIを動かすz";
    follows_hint_z = 4.5, "the same for a hint", "同じく兆候のz";
    fading_difference_z = 2.4, "z of early minus late slope", "前半と後半の傾きの差のz";
    fading_early_z = 2.0, "z of the early slope", "前半の傾きのz";
    fading_alone_z = 2.3, "the same for a KPI that is no signal over all periods", "全期間では有意な関連とならないKPIでの同じz";
    fading_left = 0.4, "share of the early slope left in the late half", "後半に残る傾きの割合";
    target_break_z = 1.28, "z of the slope before it became a target minus after, from which it is gamed", "目標化の前後の傾きの差がこのzを超えると形だけとみなす";
    target_doubt_z = 0.35, "the same, from which it is in doubt", "同じく疑わしいとみなすz";
    target_after_z = 4.5, "z that must be left since it became a target", "目標になった後に残るべきz";
    fading_doubt_z = 1.28, "z of early minus late slope from which a weaker late slope is in doubt", "前半より弱い後半の傾きを疑う差のz";
    fading_doubt_left = 0.48, "share of the early slope that must then be left", "そのとき後半に残るべき割合";
    recent_z = 1.28, "z of the late slope below which a signal is not confirmed recently", "直近で確認できないとみなす後半のz";
    strong_z = 2.5, "z of the full slope below which a signal is not strong enough", "十分に強くないとみなす全体のz";
    strong_e = 1.5, "E-value of the interval limit below which a weak hidden cause would do", "弱い隠れた原因でも説明できるE値";
    untraced_e = 2.0, "E-value of the interval limit from which a KPI is validated though nothing recorded shows the account's health", "健全度の記録がなくても検証済みとできるE値";
    perception_e = 2.3, "E-value of the interval limit from which what customers say is validated, ...", "顧客の回答を検証済みとできるE値";
    perception_lead_z = 1.0, "... unless risk moves it with this z", "ただしリスクがこのzで動かす場合を除く";
    moderate_z = 4.0, "|z| of the full slope below which what is no action must have been there some periods before ...", "行動以外のKPIで、全体の|z|がこれ未満なら以前から見られる必要がある";
    remembered_z = 1.0, "... with this z two steps before", "そのとき2段階前に必要なz";
    moderate_level_z = 5.0, "|z| of the full slope below which the level of what is no action must keep up with its change ...", "行動以外のKPIで、全体の|z|がこれ未満なら水準が変化に見合う必要がある";
    recent_level = 0.9, "... to this share", "そのとき必要な、変化の傾きに対する水準の傾きの割合";
    answers_left = 1.0, "share of the raw slope that is left, with everything else in the model, of an action that seems to do harm: below it, and stronger the nearer the event, it may answer the risk", "逆効果に見える行動で、全体モデルに残る素の傾きの割合。これ未満で、離反に近いほど強ければ、リスクへの対応かもしれない";
    faded_at_event = 1.0, "share of the last period's slope found at the event, from which what fades with its age is no more than promising with few decisions to leave, ...", "離反が少ないとき、古いほど弱まる傾きを有望にとどめる条件：離反時点の傾きが直前期のこの割合を超え…";
    faded_near2 = 0.6, "... less than this share left one step before ...", "…1段階前に残る傾きがこの割合未満…";
    faded_near4 = 0.4, "... and less than this share two steps before", "…かつ2段階前に残る傾きがこの割合未満";
    settled_level_z = 2.6, "|z| of the level of a KPI that hardly moves within a customer, from which it was decided beforehand who has it, ...", "顧客内でほとんど動かないKPIで、水準の|z|がこれを超えれば、誰が持つかは以前から決まっていたとみなす";
    settled_error = 2.0, "... hardly: the standard error of its change is more than so many times that of its level", "ほとんど動かないとみなす、変化の標準誤差の水準の標準誤差に対する倍率";
    shared_near_z = 3.5, "|z| of the last period's slope of what is no action, from which a level without a change goes with what else is recorded, if it is as strong at the event ...", "行動以外のKPIで、直前期の|z|がこれを超え、離反時にも弱まらず、変化が明らかでなければ、記録されたほかの要因に伴うものとみなす…";
    shared_left = 0.75, "... and less than this share of the raw slope is left in the full model", "…ただし全体モデルに残る割合が単独の傾きのこれ未満のとき";
    many_events = 150.0, "fewer decisions to leave than this are few: what fades with its age waits, nothing is called fading, the sentence warns that large effects are partly luck, and no evidence takes a smaller p", "離反がこれより少ないときは、古いほど弱まる傾きを有望にとどめ、効果が薄れたとは判定せず、大きな効果には偶然も混じると注記し、関連なしとするにはより小さいpを求める";
    balance_start = -1.12, "balance of evidence: what it starts from, as log-odds", "総合評価の切片（対数オッズ）";
    balance_level = 0.42, "its weight of the level's z (-1 to 5)", "水準のz（-1〜5）の重み";
    balance_both_halves = 0.33, "its weight of the smaller z of the early and the late half (-1 to 4)", "前半と後半のzの小さい方（-1〜4）の重み";
    balance_late = 0.46, "its weight of the late half's z (-1 to 5)", "後半のz（-1〜5）の重み";
    balance_at_event = -0.24, "its weight of the z at the event (-1 to 5): what shows in leaving itself", "離反時点のz（-1〜5）の重み：離反そのものに現れるもの";
    balance_lead = -0.16, "its weight of the z with which risk moves the KPI (0 to 4)", "リスクがKPIを動かすz（0〜4）の重み";
    balance_still = -1.37, "its weight of the standard error of the change by that of the level (0.5 to 3): what hardly moves", "変化と水準の標準誤差の比（0.5〜3）の重み：ほとんど動かないもの";
    balance_action = 1.25, "its weight of being an action: no symptom of hidden health", "行動であることの重み：隠れた状態の表れではない";
    balance_copy = -0.75, "its weight of having a near-copy", "似たKPIがあることの重み";
    balance_left = 0.29, "its weight of the full slope by the raw one (0 to 2)", "全体の傾きと素の傾きの比（0〜2）の重み";
    balance_earlier = 0.23, "its weight of the slope one step before by that of the last period (0 to 1.5)", "1段階前と直前期の傾きの比（0〜1.5）の重み";
    balance_bears = 0.88, "balance above which a single doubt about a signal does not hold it back", "有意な関連への単独の疑いを上回る総合評価";
    balance_doubt = 0.70, "balance below which what no single test doubts is no more than promising", "どの検定も疑わなくても有望にとどめる総合評価";
    balance_e = 2.5, "E-value of the interval limit from which a low balance holds nothing back", "総合評価が低くても有望にとどめない、信頼限界のE値";
    again_gain = 9.0, "by how much z² one step before the last period must exceed that of the last one, for a KPI left open to be tested again on values a month older, ...", "直前期の1段階前のz²が直前期のz²をこれより大きく上回れば、判定できないKPIを1か月前までの値で検定し直す…";
    again_against_z = 1.0, "... if the last period does not point the other way with this |z| ...", "…直前期がこの|z|以上で逆を向かず…";
    again_full_z = 1.28, "... and the full slope points the same way with this z", "…全体の傾きがこのzを超えて同じ向きの場合";
    pushed_z = 2.6, "z of a random programme that is evidence alone", "単独で根拠となる無作為施策のz";
    pushed_confirms_z = 1.64, "z of a random programme that confirms what is observed", "観察結果を裏付ける無作為施策のz";
    pushed_against_z = 0.5, "z against the observed sign ...", "観察と逆向きのz";
    pushed_apart = 3.0, "... and standard errors from the observed slope, with which a random programme refutes it, ...", "観察の傾きから離れる標準誤差の数（無作為施策による反証）…";
    pushed_doubt = 2.0, "... or leaves it no more than promising", "…これを超えれば有望にとどめる";
    equivalence = 0.26, "log-odds per standard deviation of the smallest effect worth acting on (odds ratio 1.3)", "行動に値する最小の効果（オッズ比1.3）の対数オッズ";
    equivalence_p = 0.01, "p of the two one-sided tests against it, below which there is no evidence of an effect", "それに対する同等性検定（2つの片側検定）のpがこれ未満なら関連なしとする";
    equivalence_many_p = 0.025, "the same with many decisions to leave, ...", "離反が多い場合の同じp…";
    equivalence_late_z = 0.5, "... if the late half shows no more than this z in the direction of the full slope", "…ただし後半のz（全体の傾きの向き）がこれ未満の場合";
    quiet_z = 2.4, "no test of a KPI without evidence may exceed this |z|", "関連なしとするKPIでは、どの検定の|z|もこれを超えない";
    quiet_main_z = 1.7, "nor its slopes with reasons and with other KPIs this", "理由・他KPIを加えた傾きの|z|の上限";
    copy_margin_z = 0.75, "by how much |z| beside each other must differ for the weaker of two undecided near-copies to be redundant", "判定できない似たKPIどうしで、弱い方を重複とみなすのに必要な|z|の差";
    copy_tie_z = 1.25, "by how much |z| beside each other must differ for the weaker of two near-copies to be redundant, ...", "似たKPIどうしで、弱い方を重複とするのに必要な|z|の差…";
    copy_lead_z = 1.5, "... and for the stronger to be validated", "…強い方を検証済みとするのに必要な|z|の差";
    one_column = 0.99, "correlation from which two near-copies are one column, and either will do", "似たKPIを同じ列とみなし、どちらを使ってもよいとする相関";
    near_copy = 0.85, "correlation from which two KPIs are one", "二つのKPIを同じものとみなす相関";
}
