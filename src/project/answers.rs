//! The project's answers to use again, a file each.

use crate::process::Answer;
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::parts::FileProblem;
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{MAX_FILE_BYTES, Person, nearest, visible};

impl Project<'_> {
    /// The answers of the project that can be read, by name. What cannot be read is said, and hides no other.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn answers(&self) -> Result<Vec<Answer>, Failure> {
        let mut answers = Vec::new();
        for name in self.answer_names()? {
            match self.read_answer(&name)? {
                Ok(answer) => answers.push(answer),
                Err(problem) => {
                    self.host.note(format!("warning: {} (run git support doctor)", problem.message));
                }
            }
        }
        Ok(answers)
    }

    /// The names of the answers, in order.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn answer_names(&self) -> Result<Vec<String>, Failure> {
        let names = self.snapshot().names_in(layout::ANSWERS)?;
        let names = names.iter().filter_map(|name| name.strip_suffix(".md"));
        Ok(names.filter(|name| Answer::is_name(name)).map(str::to_owned).collect())
    }

    /// An answer that must be there.
    ///
    /// # Errors
    /// None has that name, or it cannot be read.
    pub fn answer(&self, name: &str) -> Result<Answer, Failure> {
        let names = self.answer_names()?;
        if !names.iter().any(|known| known == name) {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let meant =
                nearest(name, &known).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let message = format!("no answer '{}'{meant}", visible(name));
            return Err(Failure::new(Kind::NotFound, message).hint("git support answer list"));
        }
        Ok(self.read_answer(name)??)
    }

    /// Whoever made an answer what it is and is not of the team: what they wrote goes to customers in the team's name. Nobody,
    /// where there is no team; somebody, where that cannot be told.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn outside_author_of(&self, name: &str) -> Result<Option<Person>, Failure> {
        let (Some(team), me) = (self.written_team()?, self.me()?) else { return Ok(None) };
        let makers = self.store.makers(&self.snapshot().commits(), &layout::answer(name))?;
        let unknown = || vec![Person { name: "unknown".to_owned(), email: String::new() }];
        for maker in makers.unwrap_or_else(unknown) {
            let is_mine = maker.email.eq_ignore_ascii_case(&me.email);
            if !is_mine && !team.has_member(&maker) {
                return Ok(Some(maker));
            }
        }
        Ok(None)
    }

    fn read_answer(&self, name: &str) -> Result<Result<Answer, FileProblem>, Failure> {
        let path = layout::answer(name);
        let content = match self.snapshot().file(&path, MAX_FILE_BYTES) {
            Ok(content) => content.unwrap_or_default(),
            Err(crate::store::Error::BadFile(bad)) => {
                return Ok(Err(FileProblem::new(&path, 0, &bad.problem)));
            }
            Err(error) => return Err(error.into()),
        };
        let read = Answer::read(name, &content);
        Ok(read.map_err(|(line, problem)| FileProblem::new(&path, line, &problem)))
    }
}

impl Change<'_, '_> {
    /// Writes an answer.
    ///
    /// # Errors
    /// It is not for the author to change.
    pub fn put_answer(&mut self, answer: &Answer) -> Result<(), Failure> {
        let path = layout::answer(&answer.name);
        self.check_owned(&path)?;
        self.files.push(FileChange::write(path, answer.write()));
        Ok(())
    }

    /// Removes an answer's file.
    ///
    /// # Errors
    /// It is not for the author to change.
    pub fn remove_answer(&mut self, name: &str) -> Result<(), Failure> {
        self.remove_owned(layout::answer(name))
    }
}
