"""Every plot by name."""

from course_lib.resources.grammar import plots_things

PLOTS = {
    "lost and found": plots_things.lost_and_found,
    "gift": plots_things.gift,
    "repair": plots_things.repair,
}
