"""What the published experiment printed: means over its trials, by number n of overlap points.

Source: the authors' notebook of the synthetic experiment (Shin, Cooper, Sala 2025, section 4). Trials whose
pseudo-labels were all of one class raised there and are not among them; how many is not printed.
"""

TRIALS = 500

COLUMNS = (
    "weak_overall",
    "ceiling_overall",
    "student_overall",
    "weak_easy",
    "weak_hard",
    "weak_overlap",
    "ceiling_easy",
    "ceiling_hard",
    "ceiling_overlap",
    "student_easy",
    "student_hard",
    "student_overlap",
)

# fmt: off
MEANS = {
    5: (.666296, .823310, .515427, .822131, .502869, .818143, .821857, .820633, .905907, .519262, .510316, .540928),
    10: (.670644, .826869, .591585, .828092, .496546, .837149, .825020, .820683, .907229, .606586, .570241, .655020),
    15: (.676986, .832260, .638977, .831400, .499720, .829333, .827660, .825760, .906267, .663100, .603020, .717867),
    20: (.682227, .834073, .673364, .834560, .501820, .822600, .829840, .824460, .903300, .703360, .626480, .757800),
    25: (.684649, .834196, .708747, .834620, .498540, .829200, .828240, .822740, .903840, .742340, .650340, .808000),
}
# fmt: on
