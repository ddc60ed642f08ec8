//! Standing instructions for a kind of agent or a kind of work.

/// Standing instructions. In a prompt they come last, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// How anybody works in a repository.
    General,
    /// Rust code.
    Rust,
    /// Haskell code.
    Haskell,
    /// Finds something out and changes nothing.
    Research,
    /// Splits work and leads others.
    TechLead,
    /// Works in the parent's directory.
    Worker,
    /// Works on a branch and in a worktree of its own.
    Leaf,
}

impl Profile {
    /// Every profile, in the order of a prompt.
    pub const ALL: [Self; 7] =
        [Self::General, Self::Rust, Self::Haskell, Self::Research, Self::TechLead, Self::Worker, Self::Leaf];

    /// The name in a tool's arguments or a configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Rust => "rust",
            Self::Haskell => "haskell",
            Self::Research => "research",
            Self::TechLead => "tl",
            Self::Worker => "worker",
            Self::Leaf => "leaf",
        }
    }

    /// The profile of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// What it says.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::General => GENERAL,
            Self::Rust => RUST,
            Self::Haskell => HASKELL,
            Self::Research => RESEARCH,
            Self::TechLead => TECH_LEAD,
            Self::Worker => WORKER,
            Self::Leaf => LEAF,
        }
    }
}

const GENERAL: &str = "\
## HOW TO WORK
- Change only what the task names. Rename and reformat nothing else.
- Stage files by name; never `git add .` or `git add -A`.
- Leave nothing unfinished: no placeholder code, no commented-out code.
- Comments say why. They do not narrate your work.
- Leave no trailing spaces.";

const RUST: &str = "\
## RUST
- Return errors with `?`. Use neither `unwrap` nor `expect` outside tests.
- Write no `unsafe`.
- Add a dependency only if the task cannot do without it.";

const HASKELL: &str = "\
## HASKELL
- Keep every pragma closed by `#-}`.
- Keep imports explicit or qualified, as the file has them.
- Use no partial functions.";

const RESEARCH: &str = "\
## RESEARCH PROTOCOL
- Read only. Change no file and make no commit.
- Tell what you saw apart from what you conclude, and name the file and line of each.
- Report with `notify_parent`. Say what you could not find out.";

const TECH_LEAD: &str = "\
## LEAD PROTOCOL
- Commit the scaffold first: the types and interfaces that the parts share.
- Split the rest into parts that can be done apart, and spawn an agent for each.
- While they work, do not poll: their messages come to you.
- Read what they file with `review_pr`, merge it with `merge_pr`, verify the whole, and only then start the next wave.
- Do not write the parts yourself. If a part fails three times, its description is wrong: write a new one.
- When all is merged and verified, file one pull request to your parent with `file_pr`, and report with `notify_parent`.";

const WORKER: &str = "\
## WORKER PROTOCOL
- You work in your parent's directory, on your parent's branch. Others may work there too.
- Do not commit, push, or change branches. File no pull request.
- When you are done, or cannot go on, say so with `notify_parent`: what you did, and what you checked.";

const LEAF: &str = "\
## COMPLETION PROTOCOL
- You have a branch and a worktree of your own. Create no other branch and push to no other.
- Commit the files you changed, by name.
- Run each check as the last thing of its command line, not behind a pipe: only what exomonad saw pass counts.
- When every check passes, call `file_pr`. Answer a review by fixing what it names, and file again.
- Report with `notify_parent`: what you did and the pull request's number, or what went wrong.
- Do not merge your own pull request.";
