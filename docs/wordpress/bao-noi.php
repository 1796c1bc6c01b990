<?php
/**
 * Plugin Name: Báo Nói
 * Description: Hands every published post to Báo Nói, and puts its player below the title.
 * Version: 1.0.0
 * Requires PHP: 7.4
 * License: MIT OR Apache-2.0
 *
 * Settings are constants in wp-config.php, so that the key is in no database and on no page:
 *
 *     define( 'BAO_NOI_URL', 'https://doc.baomuongthanh.example' ); // without a slash at its end
 *     define( 'BAO_NOI_KEY', '…' );                                 // from /account/keys
 */

defined( 'ABSPATH' ) || exit;

/** Whether the plugin has what it needs. */
function bao_noi_is_ready() {
	return defined( 'BAO_NOI_URL' ) && defined( 'BAO_NOI_KEY' );
}

/**
 * Hands a post over when it is published, and when a published post is changed. Asking again is harmless: what
 * would sound the same is not spoken again.
 *
 * @param int     $post_id Unused.
 * @param WP_Post $post    The post.
 */
function bao_noi_push( $post_id, $post ) {
	$is_copy = wp_is_post_revision( $post ) || wp_is_post_autosave( $post );
	if ( ! bao_noi_is_ready() || $is_copy || 'post' !== $post->post_type || 'publish' !== $post->post_status ) {
		return;
	}
	if ( '' !== $post->post_password ) {
		return;
	}
	$answer = wp_remote_post(
		BAO_NOI_URL . '/api/articles',
		array(
			'timeout' => 5,
			'headers' => array(
				'Authorization' => 'Bearer ' . BAO_NOI_KEY,
				'Content-Type'  => 'application/json',
			),
			'body'    => wp_json_encode( array( 'url' => get_permalink( $post ) ) ),
		)
	);
	if ( is_wp_error( $answer ) ) {
		error_log( 'bao-noi: ' . $answer->get_error_message() );
		return;
	}
	$status = wp_remote_retrieve_response_code( $answer );
	if ( 202 !== $status ) {
		error_log( 'bao-noi: status ' . $status . ' for ' . get_permalink( $post ) );
	}
}
// After everything else that happens to a post: its categories and pictures are saved by then.
add_action( 'wp_after_insert_post', 'bao_noi_push', 10, 2 );

/** The player's element; it knows the article by the address of its page. */
function bao_noi_player() {
	return '<bao-noi url="' . esc_url( get_permalink() ) . '"></bao-noi>';
}

/** The script, once, where there is a player. */
function bao_noi_script() {
	if ( bao_noi_is_ready() && is_singular( 'post' ) ) {
		// phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion -- the service says what is new.
		wp_enqueue_script( 'bao-noi', BAO_NOI_URL . '/baonoi.js', array(), null, true );
	}
}
add_action( 'wp_enqueue_scripts', 'bao_noi_script' );

/**
 * Puts the player before the text of a post, unless its shortcode says where else.
 *
 * @param string $content The text as HTML.
 */
function bao_noi_above( $content ) {
	$is_here = is_singular( 'post' ) && in_the_loop() && is_main_query();
	if ( ! bao_noi_is_ready() || ! $is_here || post_password_required() || has_shortcode( $content, 'bao_noi' ) ) {
		return $content;
	}
	return bao_noi_player() . $content;
}
// Before shortcodes are replaced (11), so that one of ours is still seen.
add_filter( 'the_content', 'bao_noi_above', 5 );

/** [bao_noi] */
function bao_noi_shortcode() {
	return bao_noi_is_ready() ? bao_noi_player() : '';
}
add_shortcode( 'bao_noi', 'bao_noi_shortcode' );
