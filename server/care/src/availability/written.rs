//! Hours as people write them, `09:00` to `17:00`, and back.

use protocol::http::{DatedHours, OpenHours, WeeklyHours, WorkingHours};
use protocol::{Code, Refusal, limits};

use super::{Dated, Hours, Weekly};
use crate::civil::{DAY_MINUTES, Weekday, parse_date, weekday};

impl Hours {
    /// Checks what somebody wrote. [`Code::TimeMalformed`] for a time or date that reads as none;
    /// [`Code::BadRequest`] for hours that end before they begin, a weekday that is none, a date said
    /// twice, and more than [`limits::AVAILABILITY_RULES_MAX`] of them.
    pub fn check(written: &WorkingHours) -> Result<Self, Refusal> {
        let count = written.weekly.len()
            + (written.dated.iter())
                .map(|dated| dated.open.len().max(1))
                .sum::<usize>();
        if count > limits::AVAILABILITY_RULES_MAX {
            return Err(Refusal::new(Code::BadRequest, "hours: too many intervals"));
        }
        let mut hours = Self::default();
        for WeeklyHours { weekday, open } in &written.weekly {
            let (from, until) = read(open)?;
            let weekday = day(*weekday)?;
            hours.weekly.push(Weekly {
                weekday,
                from,
                until,
            });
        }
        for DatedHours { date, open } in &written.dated {
            let date = parse_date(date)?;
            if hours.dated.iter().any(|dated| dated.date == date) {
                return Err(Refusal::new(Code::BadRequest, "hours: a date twice"));
            }
            let open = open.iter().map(read).collect::<Result<_, _>>()?;
            hours.dated.push(Dated { date, open });
        }
        Ok(hours)
    }

    /// The same in writing, without what the agency said: when it is closed.
    pub fn write(&self, zone: &str) -> WorkingHours {
        WorkingHours {
            zone: zone.to_owned(),
            weekly: (self.weekly.iter())
                .map(|weekly| WeeklyHours {
                    weekday: weekly.weekday.to_monday_one_offset().unsigned_abs(),
                    open: write((weekly.from, weekly.until)),
                })
                .collect(),
            dated: (self.dated.iter())
                .map(|dated| DatedHours {
                    date: dated.date.to_string(),
                    open: dated.open.iter().copied().map(write).collect(),
                })
                .collect(),
        }
    }
}

fn day(number: u8) -> Result<Weekday, Refusal> {
    weekday(i64::from(number))
        .ok_or_else(|| Refusal::new(Code::BadRequest, "weekday: 1 (Monday) to 7"))
}

fn read(open: &OpenHours) -> Result<(u16, u16), Refusal> {
    let (from, until) = (minute(&open.from)?, minute(&open.until)?);
    if from < until {
        return Ok((from, until));
    }
    Err(Refusal::new(
        Code::BadRequest,
        "hours: they end before they begin",
    ))
}

/// `00:00` to `24:00` as minutes of the day.
fn minute(text: &str) -> Result<u16, Refusal> {
    let malformed = || Refusal::new(Code::TimeMalformed, "hours: expected the form 09:00");
    let digits = |text: &str| {
        let two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        two.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = text.split_once(':').ok_or_else(malformed)?;
    let (hour, minute) = digits(hour).zip(digits(minute)).ok_or_else(malformed)?;
    let of_day = hour * 60 + minute;
    if minute > 59 || of_day > DAY_MINUTES {
        return Err(malformed());
    }
    Ok(of_day)
}

fn write((from, until): (u16, u16)) -> OpenHours {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    OpenHours {
        from: clock(from),
        until: clock(until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(from: &str, until: &str) -> OpenHours {
        OpenHours {
            from: from.to_owned(),
            until: until.to_owned(),
        }
    }

    fn written() -> WorkingHours {
        WorkingHours {
            zone: "America/Chicago".to_owned(),
            weekly: vec![
                WeeklyHours {
                    weekday: 1,
                    open: open("09:00", "12:30"),
                },
                WeeklyHours {
                    weekday: 7,
                    open: open("00:00", "24:00"),
                },
            ],
            dated: vec![
                DatedHours {
                    date: "2026-12-24".to_owned(),
                    open: Vec::new(),
                },
                DatedHours {
                    date: "2026-12-31".to_owned(),
                    open: vec![open("08:05", "08:06")],
                },
            ],
        }
    }

    #[test]
    fn what_was_written_reads_back_as_it_was() {
        let hours = Hours::check(&written()).unwrap();
        assert_eq!(hours.weekly[0].from, 540);
        assert_eq!(hours.weekly[1].until, DAY_MINUTES);
        assert_eq!(hours.write("America/Chicago"), written());
    }

    #[test]
    fn what_are_no_hours_is_refused() {
        for (from, until, code) in [
            ("9:00", "17:00", Code::TimeMalformed),
            ("09:00", "17:60", Code::TimeMalformed),
            ("09:00", "24:01", Code::TimeMalformed),
            ("09:00", "+7:00", Code::TimeMalformed),
            ("09.00", "17:00", Code::TimeMalformed),
            ("17:00", "09:00", Code::BadRequest),
            ("09:00", "09:00", Code::BadRequest),
        ] {
            let mut hours = written();
            hours.weekly[0].open = open(from, until);
            assert_eq!(
                Hours::check(&hours).unwrap_err().code,
                code,
                "{from} {until}"
            );
        }
        for weekday in [0, 8, 255] {
            let mut hours = written();
            hours.weekly[0].weekday = weekday;
            assert_eq!(Hours::check(&hours).unwrap_err().code, Code::BadRequest);
        }
        let mut twice = written();
        twice.dated[1].date = "2026-12-24".to_owned();
        assert_eq!(Hours::check(&twice).unwrap_err().code, Code::BadRequest);
        let mut many = written();
        let one = many.weekly[0].clone();
        many.weekly = vec![one; limits::AVAILABILITY_RULES_MAX];
        assert_eq!(Hours::check(&many).unwrap_err().code, Code::BadRequest);
    }
}
