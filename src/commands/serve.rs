//! `baonoi serve`: the service with its workers, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::domain::job::{Source, Urgency};
use baonoi::domain::units::Millis;
use baonoi::follow::Follower;
use baonoi::jobs::{Queue, Worker, keep_publishing};
use baonoi::narrate::Narrator;
use baonoi::notify::Links;
use baonoi::store::{Clips, Store};
use baonoi::synthesize::Voices;
use baonoi::web::{self, App, Backstage, CHALLENGE_SECRET, TrustedProxies, WebSettings};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::info;

use super::notify::Tellers;
use super::{identity, neural, podcast, words};

/// The article that a first visit finds: written for the project.
const SAMPLE_URL: &str = "https://baomuongthanh.example/chinh-sach-xa-hoi";
const SAMPLE_HTML: &str = include_str!("../../samples/chinh-sach-xa-hoi.html");

#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

pub fn run(mut config: Config, args: ServeArgs) -> anyhow::Result<()> {
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    super::runtime()?.block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let store = Store::open(&config.data)
        .await
        .with_context(|| format!("cannot open the store in {}", config.data.display()))?;
    let voices = super::voices(&config)?;
    let secret = store.secret(CHALLENGE_SECRET).await?;
    let tellers = Tellers::new(&config, &store).await?;
    let mut settings = settings(&config, &voices, secret, tellers.links())?;
    let mut narrator = super::narrator(&config, &voices)?;
    settings.readings.clone_from(&narrator.readings);
    if config.narration.clip_cache_mb > 0 {
        let bytes_max = config.narration.clip_cache_mb.saturating_mul(1_000_000);
        narrator.clips = Some(Clips::open(config.data.join("clips"), bytes_max)?);
    }
    let narrator = Arc::new(narrator);
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}; is it in use? (--listen takes another)", config.listen)
    })?;
    let (stopper, stop) = watch::channel(false);
    let queue = Queue::new(store.clone());
    if config.sample && store.is_empty().await? {
        let url = Some(SAMPLE_URL.parse()?);
        queue.ask_for(Source::Html { url, html: SAMPLE_HTML.into() }, Urgency::Editor).await?;
    }
    let studio = neural::studio(&config, &store, &narrator)?;
    // Before the first article is read: editors may have chosen another voice. One that cannot speak is a line.
    let _ = studio.look_again().await;
    let follower =
        Follower::new(store.clone(), queue.clone(), narrator.clone(), config.follow.backlog);
    let backstage = Backstage { studio: studio.clone(), follower: follower.clone() };
    let mut workers = workers(&config, &queue, &narrator, &stop);
    workers.push(tokio::spawn(studio.clone().run(stop.clone())));
    workers.push(tokio::spawn(follower.clone().run(stop.clone())));
    workers.push(tokio::spawn(keep_publishing(store.clone(), stop.clone())));
    workers.extend(tellers.webhooks.map(|webhooks| tokio::spawn(webhooks.run(stop.clone()))));
    workers.extend(tellers.digests.map(|digests| tokio::spawn(digests.run(stop.clone()))));
    let app = App::new(store.clone(), queue, narrator.clone(), settings, backstage, stop.clone());
    workers.push(tokio::spawn(neural::show(
        config.clone(),
        studio.clone(),
        app.clone(),
        stop.clone(),
    )));
    neural::warn_of_broken(&voices);
    if neural::is_lacking(&config, &voices) {
        workers.push(tokio::spawn(neural::fetch(studio, stop)));
    }
    // The one line on stdout: where to point a browser, or a program that started us on port 0.
    println!("http://{}/", listener.local_addr()?);
    info!(voice = %narrator.engine().voice.id, data = %config.data.display(), "listening");
    let stopped = tokio::spawn(async move {
        stop_signal().await;
        info!("stopping");
        // Nobody listens any more only when everything has stopped already.
        let _ = stopper.send(true);
    });
    web::serve(app, listener).await?;
    stopped.abort();
    for worker in workers {
        worker.await?;
    }
    store.close().await;
    Ok(())
}

fn workers(
    config: &Config,
    queue: &Queue,
    narrator: &Arc<Narrator>,
    stop: &watch::Receiver<bool>,
) -> Vec<tokio::task::JoinHandle<()>> {
    let start = |number: usize| {
        // The start of the process keeps a restarted one apart from its killed predecessor.
        let name = format!("{}-{number}-{}", std::process::id(), baonoi::store::now().0);
        let lease = Millis(config.narration.lease_ms);
        let worker = Worker::new(queue.clone(), narrator.clone(), name, lease);
        let worker = worker
            .publishing(config.publishing.new_articles())
            .on_change(config.publishing.on_change());
        tokio::spawn(worker.run(stop.clone()))
    };
    (0..config.workers).map(start).collect()
}

fn settings(
    config: &Config,
    voices: &Voices,
    challenge_secret: String,
    links: Option<Links>,
) -> anyhow::Result<WebSettings> {
    Ok(WebSettings {
        public_url: config.public_url.clone(),
        voices: neural::cards(voices),
        comments: config.comments.clone(),
        challenge_secret,
        word_lists: words::lists(&config.comments)?,
        rejecting: words::rejecting(&config.comments)?,
        trusted_proxies: TrustedProxies::new(&config.trusted_proxies)
            .context("the setting `trusted_proxies` cannot be used")?,
        reports_per_network: config.listening.per_network_max,
        podcast: podcast::podcast(&config.podcast)?,
        embed_sites: config.embed.sites.clone(),
        readers: identity::identity(&config.identity)?,
        links,
        readings: Vec::new(),
    })
}

async fn stop_signal() {
    let interrupt = async {
        // Without a handler the signal ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
