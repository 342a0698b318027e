"""Every plot by name."""

from course_lib.resources.grammar import (
    plots_contests,
    plots_people,
    plots_things,
    plots_troubles,
)

PLOTS = {
    "lost and found": plots_things.lost_and_found,
    "gift": plots_things.gift,
    "repair": plots_things.repair,
    "birthday": plots_people.birthday,
    "secret": plots_people.secret,
    "promise": plots_people.promise,
    "visit": plots_people.visit,
    "race": plots_contests.race,
    "bet": plots_contests.bet,
    "market day": plots_contests.market_day,
    "prize": plots_contests.prize,
    "storm": plots_troubles.storm,
    "runaway": plots_troubles.runaway,
    "boat trip": plots_troubles.boat_trip,
    "trade": plots_things.trade,
    "borrowed": plots_things.borrowed,
    "honest finder": plots_troubles.honest_finder,
    "lesson": plots_people.lesson,
}
